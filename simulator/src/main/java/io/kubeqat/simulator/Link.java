package io.kubeqat.simulator;

/// A symbolic link.
///
/// @param target relative to the directory that holds the link, as the kernel writes it
record Link(String target) implements Node {}
