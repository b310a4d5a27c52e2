"""How well marks were followed: DAVIS measures of regions and boundaries, PCK of points."""
