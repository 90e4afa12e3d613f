"""A picture of paper → ink: the page is found, light is flattened, and lines that were printed are erased."""
