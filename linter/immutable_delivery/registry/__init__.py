"""What registries say of images: asked, written into files and kept in `imd.lock`.

Asked by way of `transport`; nothing that `check` imports reaches either.
"""
