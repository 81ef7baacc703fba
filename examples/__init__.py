"""Example networks that the package ships."""
