package health.helan.foundation.fhirpath;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an expression may ask of its surroundings. Immutable; one may serve any number of
 * evaluations. {@code %resource}, {@code %rootResource}, {@code %context}, {@code %ucum}, {@code
 * %sct}, {@code %loinc}, {@code %`vs-…`} and {@code %`ext-…`} are always there.
 */
public final class EvaluationContext {
  /** Steps allowed unless said otherwise: far beyond what a rule on one record needs. */
  public static final long DEFAULT_STEP_BUDGET = 1_000_000;

  /** No variables, no resolver, no terminology; the system's clock. */
  public static final EvaluationContext DEFAULT = builder().build();

  /** Finds what a reference points to. */
  @FunctionalInterface
  public interface Resolver {
    /**
     * @param reference as it stands in the resource, such as {@code Patient/123}; contained
     *     resources and other entries of the same Bundle are found without asking
     * @param from the element that refers
     * @return null if it cannot be found; the expression then goes on without it
     */
    @Nullable JsonNode resolve(String reference, Node from);
  }

  /** Answers questions about codes. */
  public interface Terminology {
    /**
     * Whether a code, Coding or CodeableConcept is in a value set.
     *
     * @return null if that cannot be told
     */
    @Nullable Boolean memberOf(Node coded, String valueSetUrl);

    /**
     * Whether the first Coding subsumes the second.
     *
     * @return null if that cannot be told
     */
    @Nullable Boolean subsumes(Node general, Node special);
  }

  /** Tells whether a resource conforms to a profile. */
  @FunctionalInterface
  public interface Conformance {
    /**
     * Asked only about profiles that are not R4's own types.
     *
     * @return null if the profile is not known
     */
    @Nullable Boolean conformsTo(Node node, String profileUrl);
  }

  /** Receives what {@code trace()} logs. May be resident data: not for an ordinary log. */
  @FunctionalInterface
  public interface TraceSink {
    void trace(String name, List<Node> items);
  }

  private final Map<String, Coll> variables;
  private final @Nullable Resolver resolver;
  private final @Nullable Terminology terminology;
  private final @Nullable Conformance conformance;
  private final @Nullable TraceSink traceSink;
  private final Clock clock;
  private final long stepBudget;

  private EvaluationContext(Builder builder) {
    this.variables = Map.copyOf(builder.variables);
    this.resolver = builder.resolver;
    this.terminology = builder.terminology;
    this.conformance = builder.conformance;
    this.traceSink = builder.traceSink;
    this.clock = builder.clock;
    this.stepBudget = builder.stepBudget;
  }

  public static Builder builder() {
    return new Builder();
  }

  @Nullable Coll variable(String name) {
    return variables.get(name);
  }

  @Nullable Resolver resolver() {
    return resolver;
  }

  @Nullable Terminology terminology() {
    return terminology;
  }

  @Nullable Conformance conformance() {
    return conformance;
  }

  @Nullable TraceSink traceSink() {
    return traceSink;
  }

  Clock clock() {
    return clock;
  }

  long stepBudget() {
    return stepBudget;
  }

  /** Gathers a context; every part may be left out. */
  public static final class Builder {
    private final Map<String, Coll> variables = new HashMap<>();
    private @Nullable Resolver resolver;
    private @Nullable Terminology terminology;
    private @Nullable Conformance conformance;
    private @Nullable TraceSink traceSink;
    private Clock clock = Clock.system(ZoneId.systemDefault());
    private long stepBudget = DEFAULT_STEP_BUDGET;

    private Builder() {}

    /**
     * Sets {@code %name}.
     *
     * @param value Node, List of Nodes, JSON of a resource, String, Boolean, Integer or BigDecimal
     */
    public Builder variable(String name, Object value) {
      variables.put(name, collection(value));
      return this;
    }

    private static Coll collection(Object value) {
      return switch (value) {
        case Node node -> node;
        case List<?> list -> {
          var nodes = new ArrayList<Node>(list.size());
          for (Object item : list) {
            var part = collection(item);
            for (int i = 0; i < part.size(); i++) {
              nodes.add(part.get(i));
            }
          }
          yield Coll.of(nodes);
        }
        case JsonNode json -> Node.resource(json);
        case String text -> Node.of(text);
        case Boolean truth -> Node.of(truth.booleanValue());
        case Integer number -> Node.of(number.intValue());
        case BigDecimal number -> Node.of(number);
        default ->
            throw new IllegalArgumentException(
                "A variable cannot be a " + value.getClass().getSimpleName());
      };
    }

    public Builder resolver(Resolver value) {
      resolver = value;
      return this;
    }

    public Builder terminology(Terminology value) {
      terminology = value;
      return this;
    }

    public Builder conformance(Conformance value) {
      conformance = value;
      return this;
    }

    public Builder traceSink(TraceSink value) {
      traceSink = value;
      return this;
    }

    /** The clock behind {@code now()} and {@code today()}; its zone is the zone of both. */
    public Builder clock(Clock value) {
      clock = value;
      return this;
    }

    /**
     * How much work an evaluation may do, in steps of about one item looked at once; beyond it a
     * {@link FhirPathException} of kind LIMIT.
     */
    public Builder stepBudget(long value) {
      if (value < 1) {
        throw new IllegalArgumentException("The step budget must be positive");
      }
      stepBudget = value;
      return this;
    }

    public EvaluationContext build() {
      return new EvaluationContext(this);
    }
  }
}
