/// What the ingress image must be and do. The image itself is made by `native/` and Jib; there is no Java in it.
package io.kubeqat.ingress;
