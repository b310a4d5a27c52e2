"""Pictures of a scene from cameras that are known: painted exactly, or read from a folder."""
