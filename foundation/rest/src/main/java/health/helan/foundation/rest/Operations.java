package health.helan.foundation.rest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operations that this platform offers, by name. */
public final class Operations {
  private final Map<String, List<FhirOperation>> byName = new HashMap<>();

  public Operations(Collection<FhirOperation> operations) {
    for (FhirOperation operation : operations) {
      byName.computeIfAbsent(operation.spec().name(), _ -> new ArrayList<>()).add(operation);
    }
  }

  /** The operation at the level that type and id say; null for none. */
  @Nullable FhirOperation find(String name, @Nullable String type, @Nullable String id) {
    FhirOperation.Level level =
        type == null
            ? FhirOperation.Level.SYSTEM
            : id == null ? FhirOperation.Level.TYPE : FhirOperation.Level.INSTANCE;
    for (FhirOperation operation : byName.getOrDefault(name, List.of())) {
      FhirOperation.Spec spec = operation.spec();
      if (spec.levels().contains(level)
          && (type == null || spec.types().isEmpty() || spec.types().contains(type))) {
        return operation;
      }
    }
    return null;
  }

  public List<FhirOperation> all() {
    return byName.values().stream().flatMap(List::stream).toList();
  }
}
