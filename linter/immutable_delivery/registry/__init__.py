"""What registries say of images: asked, written into files and kept in `imd.lock`.

Only `transport` touches the network; nothing that `check` imports does.
"""
