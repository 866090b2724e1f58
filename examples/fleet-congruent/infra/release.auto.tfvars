# shop 1.4.0, built by run 4711 of the pipeline
image = "ami-0f3a9c5d7e1b2a4c6"
