"""Transfer to detection and segmentation: what an encoder learned of where things are."""
