package io.kubeqat.e2e.manifests;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressClass;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What one object of a kustomization says of another, and what each container must say of itself.
final class Consistency {
    private static final String NAMESPACE = "kube-qat";
    private static final String PART_OF = "app.kubernetes.io/part-of";
    private static final String NAME = "app.kubernetes.io/name";
    /// The restart policy that makes an init container run on (Kubernetes 1.29).
    private static final String SIDECAR = "Always";

    private final List<HasMetadata> objects;
    private final Set<String> images;
    private final List<Problem> problems = new ArrayList<>();

    private Consistency(List<HasMetadata> objects, Set<String> images) {
        this.objects = objects;
        this.images = images;
    }

    /// @param objects all that a kustomization makes
    /// @param images that this project builds, with their tags
    static List<Problem> problems(List<HasMetadata> objects, Set<String> images) {
        Consistency check = new Consistency(objects, images);
        objects.forEach(check::check);
        return check.problems;
    }

    /// What a workload starts; absent of other objects.
    static Optional<PodTemplateSpec> template(HasMetadata object) {
        return switch (object) {
            case CronJob job -> Optional.of(job.getSpec().getJobTemplate().getSpec().getTemplate());
            case DaemonSet set -> Optional.of(set.getSpec().getTemplate());
            case Deployment deployment -> Optional.of(deployment.getSpec().getTemplate());
            case Job job -> Optional.of(job.getSpec().getTemplate());
            case Pod pod -> Optional.of(new PodTemplateSpecBuilder().withMetadata(pod.getMetadata()).withSpec(pod.getSpec()).build());
            case StatefulSet set -> Optional.of(set.getSpec().getTemplate());
            default -> Optional.empty();
        };
    }

    private void check(HasMetadata object) {
        Map<String, String> labels = Optional.ofNullable(object.getMetadata().getLabels()).orElse(Map.of());
        require(object, NAMESPACE.equals(labels.get(PART_OF)), "no label " + PART_OF + ": " + NAMESPACE);
        require(object, labels.containsKey(NAME) || object.getKind().equals("Namespace"), "no label " + NAME);
        if (object instanceof Namespaced) {
            require(object, NAMESPACE.equals(object.getMetadata().getNamespace()), "not in namespace " + NAMESPACE);
        }
        template(object).ifPresent(template -> template(object, template));
        switch (object) {
            case ClusterRoleBinding binding -> binding(binding, binding.getRoleRef(), binding.getSubjects());
            case Ingress ingress -> ingress(ingress);
            case RoleBinding binding -> binding(binding, binding.getRoleRef(), binding.getSubjects());
            case Service service -> service(service);
            default -> { }
        }
    }

    private void template(HasMetadata object, PodTemplateSpec template) {
        boolean runsOn = !(object instanceof Job || object instanceof CronJob);
        template.getSpec().getInitContainers().forEach(container -> container(object, container, SIDECAR.equals(container.getRestartPolicy())));
        template.getSpec().getContainers().forEach(container -> container(object, container, runsOn));
        String account = template.getSpec().getServiceAccountName();
        boolean tokenless = Boolean.FALSE.equals(template.getSpec().getAutomountServiceAccountToken());
        require(object, account == null || there(ServiceAccount.class, account), "ServiceAccount " + account + " is not there");
        require(object, account != null || tokenless, "takes the token of the default ServiceAccount");
        require(object, Boolean.FALSE.equals(template.getSpec().getEnableServiceLinks()), "takes the variables of all Services");
        String runtime = template.getSpec().getRuntimeClassName();
        require(object, runtime == null || there(RuntimeClass.class, runtime), "RuntimeClass " + runtime + " is not there");
        template.getSpec().getVolumes().stream().map(volume -> volume.getConfigMap() == null ? null : volume.getConfigMap().getName()).filter(Objects::nonNull)
                .forEach(map -> require(object, there(ConfigMap.class, map), "ConfigMap " + map + " is not there"));
    }

    private void container(HasMetadata object, Container container, boolean runsOn) {
        String name = container.getName();
        require(object, images.contains(container.getImage()), name + " runs an image that is not built here: " + container.getImage());
        Map<String, Quantity> requests = new HashMap<>();
        Map<String, Quantity> limits = new HashMap<>();
        Optional.ofNullable(container.getResources()).ifPresent(resources -> {
            Optional.ofNullable(resources.getRequests()).ifPresent(requests::putAll);
            Optional.ofNullable(resources.getLimits()).ifPresent(limits::putAll);
        });
        require(object, requests.containsKey("cpu") && requests.containsKey("memory"), name + " does not request cpu and memory");
        require(object, limits.containsKey("memory"), name + " has no limit of memory");
        require(object, container.getSecurityContext() != null && Boolean.TRUE.equals(container.getSecurityContext().getReadOnlyRootFilesystem()),
                name + " may write to its root file system");
        if (runsOn) {
            require(object, container.getReadinessProbe() != null, name + " has no readinessProbe");
            require(object, container.getLivenessProbe() != null, name + " has no livenessProbe");
        }
        container.getEnvFrom().stream().map(source -> source.getConfigMapRef() == null ? null : source.getConfigMapRef().getName()).filter(Objects::nonNull)
                .forEach(map -> require(object, there(ConfigMap.class, map), "ConfigMap " + map + " is not there"));
    }

    private void binding(HasMetadata object, RoleRef role, List<Subject> subjects) {
        Class<? extends HasMetadata> kind = role.getKind().equals("ClusterRole") ? ClusterRole.class : Role.class;
        require(object, there(kind, role.getName()), role.getKind() + " " + role.getName() + " is not there");
        subjects.forEach(subject -> require(object, there(ServiceAccount.class, subject.getName()) && NAMESPACE.equals(subject.getNamespace()),
                "ServiceAccount " + subject.getNamespace() + "/" + subject.getName() + " is not there"));
    }

    private void service(Service service) {
        List<PodTemplateSpec> chosen = templates().filter(template -> Optional.ofNullable(template.getMetadata().getLabels()).orElse(Map.of()).entrySet()
                .containsAll(service.getSpec().getSelector().entrySet())).toList();
        require(service, !chosen.isEmpty(), "chooses no pod");
        service.getSpec().getPorts().forEach(port -> require(service, chosen.isEmpty() || chosen.stream()
                .flatMap(template -> template.getSpec().getContainers().stream()).flatMap(container -> container.getPorts().stream())
                .anyMatch(each -> port.getTargetPort().equals(new IntOrString(each.getName()))
                        || port.getTargetPort().equals(new IntOrString(each.getContainerPort()))),
                "no container has the port " + port.getTargetPort().getValue()));
    }

    private void ingress(Ingress ingress) {
        ingress.getSpec().getRules().stream().flatMap(rule -> rule.getHttp().getPaths().stream()).map(path -> path.getBackend().getService()).forEach(backend ->
                require(ingress, objects.stream().anyMatch(object -> object instanceof Service service && service.getMetadata().getName().equals(backend.getName())
                                && service.getSpec().getPorts().stream().anyMatch(port -> port.getName().equals(backend.getPort().getName()))),
                        "Service " + backend.getName() + " with port " + backend.getPort().getName() + " is not there"));
        require(ingress, there(IngressClass.class, ingress.getSpec().getIngressClassName()),
                "IngressClass " + ingress.getSpec().getIngressClassName() + " is not there");
    }

    private Stream<PodTemplateSpec> templates() {
        return objects.stream().flatMap(object -> template(object).stream());
    }

    private boolean there(Class<? extends HasMetadata> kind, String name) {
        return objects.stream().anyMatch(object -> kind.isInstance(object) && object.getMetadata().getName().equals(name));
    }

    private void require(HasMetadata object, boolean holds, String otherwise) {
        if (!holds) {
            problems.add(Problem.of(object, otherwise));
        }
    }
}
