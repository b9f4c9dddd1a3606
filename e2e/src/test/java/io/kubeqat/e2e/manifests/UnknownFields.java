package io.kubeqat.e2e.manifests;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Fields that Kubernetes' model has no place for. It keeps them aside, in each object's "additional properties", in place of refusing them.
public final class UnknownFields {
    private static final String MODEL = "io.fabric8.kubernetes.";
    private static final String ASIDE = "getAdditionalProperties";

    private UnknownFields() {}

    public static List<Problem> of(HasMetadata object) {
        if (object instanceof GenericKubernetesResource) {
            return List.of(Problem.of(object, "unknown kind " + object.getApiVersion()));
        }
        List<String> paths = new ArrayList<>();
        collect(object, "", paths);
        return paths.stream().map(path -> Problem.of(object, "unknown field " + path)).toList();
    }

    private static void collect(Object value, String path, List<String> paths) {
        switch (value) {
            case null -> { }
            case Collection<?> list -> list.forEach(element -> collect(element, path + "[]", paths));
            case Map<?, ?> map -> map.forEach((key, element) -> collect(element, path + "." + key, paths));
            case Object bean when bean.getClass().getName().startsWith(MODEL) && !bean.getClass().isEnum() -> properties(bean, path, paths);
            default -> { }
        }
    }

    private static void properties(Object bean, String path, List<String> paths) {
        for (Method getter : Arrays.stream(bean.getClass().getMethods()).filter(UnknownFields::isGetter).toList()) {
            Object value = call(getter, bean);
            if (getter.getName().equals(ASIDE)) {
                ((Map<?, ?>) value).keySet().forEach(key -> paths.add((path + "." + key).substring(1)));
            } else {
                String name = getter.getName().substring(3);
                collect(value, path + "." + name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1), paths);
            }
        }
    }

    private static boolean isGetter(Method method) {
        return method.getName().startsWith("get") && method.getParameterCount() == 0 && method.getDeclaringClass().getName().startsWith(MODEL)
                && !method.isDefault() && !Modifier.isStatic(method.getModifiers());
    }

    private static Object call(Method getter, Object bean) {
        try {
            return getter.invoke(bean);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + getter, e);
        }
    }
}
