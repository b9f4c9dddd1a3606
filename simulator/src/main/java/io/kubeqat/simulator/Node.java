package io.kubeqat.simulator;

/// An entry of the tree.
sealed interface Node permits Directory, Link, Attribute {}
