package health.helan.demo;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One bundle of the region, to be sent to {@code [base]} as it is. */
public final class DemoBundle {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final int number;
  private final Kind kind;
  private final int resources;
  private final byte[] json;

  DemoBundle(int number, Kind kind, int resources, byte[] json) {
    this.number = number;
    this.kind = kind;
    this.resources = resources;
    this.json = json;
  }

  /** Position among the region's bundles, from 0. */
  public int number() {
    return number;
  }

  public Kind kind() {
    return kind;
  }

  /** How many resources it holds. */
  public int resources() {
    return resources;
  }

  /** The Bundle as UTF-8 JSON; not a copy. */
  public byte[] json() {
    return json;
  }

  /**
   * The Bundle as a tree of its own, free to be changed; decimals keep their digits. Costs a parse.
   */
  public ObjectNode tree() {
    return (ObjectNode) MAPPER.readTree(json);
  }

  /** What a bundle is about; all of one kind come before the next. */
  public enum Kind {
    /** An institution and its staff: {@code PUT} with ids of the region's own, safe to repeat. */
    INSTITUTION,
    /** An institution's schedules: {@code PUT} as well. */
    ROTA,
    /**
     * A household and the records of its members: Patients by conditional create, the rest by
     * {@code POST}, so that sending it twice would double the records.
     */
    HOUSEHOLD
  }
}
