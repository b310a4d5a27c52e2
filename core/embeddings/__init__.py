"""Features as a table, of a run or of anyone's file, and the files that such a table is kept in."""
