"""The local stack: the emulator, and the deployment of template.yaml into it."""
