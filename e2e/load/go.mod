module kubeqat.io/e2e/load

go 1.26.0
