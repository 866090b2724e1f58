"""What migrations do to data, whatever they are written in: formats fill a spec, one lowering makes the facts."""
