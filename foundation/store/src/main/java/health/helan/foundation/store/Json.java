package health.helan.foundation.store;

import java.math.BigDecimal;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ValueNode;

/** How the platform reads and writes JSON: exact decimals, no doubled names, bounded depth. */
public final class Json {
  /** Deeper resources are refused; the R4 examples stay under 20. */
  public static final int MAX_DEPTH = 100;

  /** Longest number in characters; FHIR asks for 18 digits of precision. */
  public static final int MAX_NUMBER_LENGTH = 100;

  /** Greatest power of ten a number may be written with: doubles end at 308. */
  public static final int MAX_EXPONENT = 1000;

  /**
   * A number whose digits, written out, would fill the memory: 1e999999999 is short, but what adds
   * 1 to it is not.
   */
  public static final class NumberBeyondLimits extends StreamConstraintsException {
    private static final long serialVersionUID = 1L;

    NumberBeyondLimits() {
      super("a number's exponent is beyond the limit");
    }
  }

  private static final class Numbers extends JsonNodeFactory {
    private static final long serialVersionUID = 1L;

    @Override
    public ValueNode numberNode(BigDecimal value) {
      if (Math.abs((long) value.scale()) > MAX_EXPONENT) {
        throw new NumberBeyondLimits();
      }
      return super.numberNode(value);
    }
  }

  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .maxStringLength(100_000_000)
                          .build())
                  .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                  .build())
          .nodeFactory(new Numbers())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}
}
