"""Train the networks: data sets, augmentation, one Lightning module a family."""
