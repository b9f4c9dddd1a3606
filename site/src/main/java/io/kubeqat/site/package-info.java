/// Lays out what the site generator reads: the pages of `site/pages`, what they include from the modules, and what is generated from commands and images. Imports a
/// YAML reader for the bills of materials.
package io.kubeqat.site;
