"""What methods of one kind share: an encoder, two views of a picture, crops, a picture in tiles."""
