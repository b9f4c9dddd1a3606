/// The pages for people, held against the thing itself: the commands of `examples/` are run and their output compared, the code blocks of all pages are parsed, compiled and looked up, and the
/// messages of the page on troubleshooting are looked for in the sources.
package io.kubeqat.e2e.pages;
