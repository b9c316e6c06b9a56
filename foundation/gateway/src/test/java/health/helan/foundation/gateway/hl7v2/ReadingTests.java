package health.helan.foundation.gateway.hl7v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.model.Segment;
import ca.uhn.hl7v2.model.Structure;
import ca.uhn.hl7v2.parser.GenericModelClassFactory;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.store.Refusal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading ER7. */
class ReadingTests {
  private static final String MESSAGE =
      "MSH|^~\\&|A|B|C|D|20260101||ORU^R01^ORU_R01|1|P|2.5\r"
          + "PID|1||11^^^H&1.2.3&ISO^MR~22^^^^SS||O\\T\\Neil^Ann^^^Dr||19800101|F\r"
          + "OBR|1|p|f|c^t^LN\r"
          + "OBX|1|TX|x^y||first \\.br\\ second\\F\\pipe \\X4142\\||||||F\r"
          + "OBX|2|NM|z||5~6|a&b^c|1-2\r"
          + "ZPI|own^things|1\r";

  private static String at(String message, String path) {
    Node root = Hl7Node.root(Er7.parse(message), Groups.NONE);
    List<? extends Node> found = root.select(path);
    return found.isEmpty() ? "" : found.getFirst().text();
  }

  @Test
  void findsFieldsRepetitionsComponentsAndEscapes() {
    assertThat(at(MESSAGE, "MSH-9.2")).isEqualTo("R01");
    assertThat(at(MESSAGE, "MSH-2")).isEqualTo("^~\\&");
    assertThat(at(MESSAGE, "PID-3.4.2")).isEqualTo("1.2.3");
    assertThat(at(MESSAGE, "PID-5")).isEqualTo("O&Neil");
    assertThat(at(MESSAGE, "OBX-5")).isEqualTo("first \n second|pipe AB");
    assertThat(at(MESSAGE, "ZPI-1.2")).isEqualTo("things");
    assertThat(at(MESSAGE, "PID-99")).isEmpty();
    assertThat(at("MSH#!@%*#A##C##2026##ADT!A01#1#P#2.5\rPID#1##7!!!M##D%T%E!J\r", "PID-5"))
        .isEqualTo("D*E");
    // A backslash that escapes nothing stays.
    assertThat(at("MSH|^~\\&|C:\\dir\\file|B\r", "MSH-3")).isEqualTo("C:\\dir\\file");
  }

  @Test
  void joinsWhatALineEndBroke() {
    String broken = "MSH|^~\\&|A\rOBX|1|TX|x||line one\nand two|u\rNTE|1\r";
    assertThat(at(broken, "OBX-5")).isEqualTo("line one\nand two");
    assertThat(at(broken, "OBX-6")).isEqualTo("u");
  }

  /** A file in lines of Base64, whose sender did not escape the line ends. */
  @Test
  void joinsAnyNumberOfLinesInOneGo() {
    String lines = "A".repeat(15).concat("\n").repeat(1 << 20);
    Er7 message =
        assertTimeoutPreemptively(
            Duration.ofSeconds(30), () -> Er7.parse("MSH|^~\\&|A\rOBX|1|ED|x||" + lines + "|u\r"));
    assertThat(message.segments()).hasSize(2);
    assertThat(message.segments().getLast().field(5).length()).isGreaterThan(16_000_000);
    assertThat(message.segments().getLast().field(6)).isEqualTo("u");
    assertThat(message.findings()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "PID|1",
        "MSH",
        "MSH|",
        "MSHA^~\\&|x",
        "MSH|^^\\&|x",
        "MSH||~\\&|x",
        "MSH|0000|x"
      })
  void refusesWhatHasNoHeader(String text) {
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> Er7.parse(text));
  }

  /** Every leaf of every segment, as HAPI's parser sees it. */
  @Test
  void readsAsAnotherReaderDoes() throws HL7Exception {
    try (var context = new DefaultHapiContext(new GenericModelClassFactory())) {
      context.setValidationContext(ValidationContextFactory.noValidation());
      var parsed = context.getPipeParser().parse(MESSAGE);
      var seen = new HashMap<String, Integer>();
      Er7 ours = Er7.parse(MESSAGE);
      int compared = 0;
      for (Er7.Segment segment : ours.segments()) {
        int number = seen.merge(segment.name(), 1, Integer::sum) - 1;
        Structure theirs = parsed.getAll(segment.name())[number];
        for (int field = 3; field <= segment.size(); field++) {
          String expected = Terser.get((Segment) theirs, field, 0, 1, 1);
          assertThat(ours.value(segment, field, 1))
              .as("%s-%d", segment.name(), field)
              .isEqualTo(
                  expected == null
                      ? ""
                      : expected.replace("\\.br\\", "\n").replace("\\X4142\\", "AB").strip());
          compared++;
        }
      }
      assertThat(compared).isGreaterThan(20);
    }
  }

  @Test
  void takesFramesAndBatchesApart() {
    Split batch =
        Split.of(
            "FHS|^~\\&\rBHS|^~\\&||||||||B7\rMSH|^~\\&|a\rPID|1\r\nMSH|^~\\&|b\rBTS|2\rFTS|1\r"
                .getBytes());
    assertThat(batch.isBatch()).isTrue();
    assertThat(batch.messages().stream().map(String::new))
        .containsExactly("MSH|^~\\&|a\rPID|1\r\n", "MSH|^~\\&|b\r");
    assertThat(Split.of("MSH|^~\\&|a\rMSH|^~\\&|b".getBytes()).messages()).hasSize(2);
    assertThat(Split.of("nothing".getBytes()).messages()).hasSize(1);
    assertThat(Split.of("FHS|^~\\&\rBHS|^~\\&\rBTS|0\rFTS|1".getBytes()).messages()).isEmpty();
    byte[] wide =
        "\uFEFFMSH|^~\\&|a\rPID|1||东\rMSH|^~\\&|b\r"
            .getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
    assertThat(Split.of(wide).messages()).hasSize(2);
    byte[] many = "MSH|\r".repeat(20_001).getBytes();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Split.of(many))
        .withMessageContaining("too-many-messages");
  }
}
