/// What holds of every image that is shipped, whatever is in it. Knows the files that the build made, and no class of another module.
package io.kubeqat.images;
