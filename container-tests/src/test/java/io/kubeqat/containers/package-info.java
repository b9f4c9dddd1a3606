/// The images as containers of a Docker daemon: they start, serve, say and end as documented, under the restrictions that the manifests put on them. Cube starts what runs on,
/// as `arquillian.xml` says; what ends by itself is a [Run]. Imports no class of another module.
package io.kubeqat.containers;
