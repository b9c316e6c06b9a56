package health.helan.foundation.store.index;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The search parameters of one resource type and how they are taken from a resource. */
public final class TypeIndex {
  private final String type;
  private final Map<String, Parameter> parameters;
  private final Map<String, Parameter> searchable;
  private final Map<String, List<Parameter>> compartments;
  final Plan plan;
  final Parameter[] bySlot;
  final Set<Parameter> patientCompartment;
  final @Nullable Parameter patient;
  final @Nullable Parameter principalDate;
  final List<ByExpression> byExpression;
  final Map<String, Plan> references;

  /** A parameter that needs the FHIRPath engine. */
  record ByExpression(Parameter parameter, ExpressionEngine.Compiled expression) {}

  TypeIndex(
      String type,
      Map<String, Parameter> parameters,
      Map<String, Parameter> searchable,
      Map<String, List<Parameter>> compartments,
      Plan plan,
      @Nullable Parameter patient,
      @Nullable Parameter principalDate,
      List<ByExpression> byExpression,
      Map<String, Plan> references) {
    this.type = type;
    this.parameters = parameters;
    this.searchable = searchable;
    this.compartments = compartments;
    this.plan = plan;
    this.patient = patient;
    this.principalDate = principalDate;
    this.byExpression = byExpression;
    this.references = references;
    bySlot = parameters.values().toArray(Parameter[]::new);
    patientCompartment = Set.copyOf(compartments.getOrDefault("Patient", List.of()));
  }

  public String type() {
    return type;
  }

  /** By code: those that searches may use. */
  public Map<String, Parameter> searchable() {
    return searchable;
  }

  /** By code: those that writes index; also custom ones that still wait for a reindex. */
  public Map<String, Parameter> parameters() {
    return parameters;
  }

  /** Parameters that tie this type to a compartment of {@code owner}; empty when it is not part. */
  public List<Parameter> compartment(String owner) {
    return compartments.getOrDefault(owner, List.of());
  }

  /** The parameter that fills the column {@code patient}; null when rows belong to no patient. */
  public @Nullable Parameter patient() {
    return patient;
  }

  /** The parameter in {@code date_lo} and {@code date_hi}; null for none. */
  public @Nullable Parameter principalDate() {
    return principalDate;
  }
}
