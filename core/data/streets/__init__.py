"""Streets: pictures with cars, vans and people whose boxes in space are known."""
