package health.helan.oversight.clearing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.clearing.simulator.StatementWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of statements: read as their layout says, or refused with the line and the reason. */
class StatementReaderTests {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 25);
  private static final String COLUMNS =
      "\"columns\":[{\"name\":\"时间\",\"holds\":\"time\"},{\"name\":\"单号\",\"holds\":\"key\"},"
          + "{\"name\":\"类型\",\"holds\":\"flow\"},{\"name\":\"备注\"},{\"name\":\"金额\",\"holds\":\"amount\"}],"
          + "\"payment\":[\"支付\"],\"refund\":[\"退款\"],\"skip\":[\"撤销\"],"
          + "\"summary\":{\"mark\":\"合计\",\"count\":1,\"payments\":2,\"refunds\":3}";
  private static final String HEAD = "时间,单号,类型,备注,金额\n";
  private static final String TWO =
      "2026-11-25 08:00:00,a1,支付,\"挂号,费\",\"1,012.50\"\n2026-11-25 09:30:00,a2,退款,,3.4\n";
  private static final String SUMS = "合计,2,1012.50,3.40\n";

  private static Layout layout(String more) {
    return Layout.parse("{" + COLUMNS + more + "}");
  }

  private record Read(List<Entry> entries, StatementReader.Sums sums) {}

  private static Read read(Layout layout, byte[] file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    var sums = StatementReader.read(layout, DAY, new ByteArrayInputStream(file), entries::add);
    return new Read(entries, sums);
  }

  private static Read read(String text) throws IOException {
    return read(layout(""), text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void areReadAsTheyAreLaidOut() throws IOException {
    Read read =
        read("\uFEFF" + HEAD + TWO + "2026-11-25 10:00:00,a3,撤销,,5\n" + "合计,3,¥1012.50,-3.40\n");
    assertThat(read.entries())
        .containsExactly(
            new Entry(
                Flow.PAYMENT, "a1", "", "", 1_012_50, ClearingServer.instant(DAY, "08:00:00")),
            new Entry(Flow.REFUND, "a2", "", "", -3_40, ClearingServer.instant(DAY, "09:30:00")));
    assertThat(read.sums()).isEqualTo(new StatementReader.Sums(2, 1_012_50, 3_40));
  }

  @Test
  void areReadInEitherEncodingPlainOrPackedInFenOrYuan() throws IOException {
    Layout layout =
        layout(
            ",\"charset\":\"GBK\",\"unit\":\"fen\",\"sign\":\"signed\",\"delimiter\":\"|\",\"time\":\"uuuuMMddHHmmss\"");
    List<Entry> lines =
        List.of(
            new Entry(Flow.PAYMENT, "a", "", "", 7, ClearingServer.instant(DAY, "00:00:00")),
            new Entry(Flow.REFUND, "b", "", "", -5, ClearingServer.instant(DAY, "23:59:59")));
    for (boolean isGzip : new boolean[] {false, true}) {
      var file = new ByteArrayOutputStream();
      new StatementWriter(layout).write(lines, file, isGzip);
      assertThat(read(layout, file.toByteArray()).entries()).isEqualTo(lines);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "line-names;1;时间,单号,类别,备注,金额\\n",
        "line-columns;2;HEAD2026-11-25 08:00:00,a1,支付,1.00\\n",
        "line-flow;2;HEAD2026-11-25 08:00:00,a1,赠送,,1.00\\n",
        "line-amount;2;HEAD2026-11-25 08:00:00,a1,支付,,1.005\\n",
        "line-amount;2;HEAD2026-11-25 08:00:00,a1,支付,,0.00\\n",
        "line-amount;2;HEAD2026-11-25 08:00:00,a1,支付,,一元\\n",
        "line-sign;2;HEAD2026-11-25 08:00:00,a1,退款,,-1.00\\n",
        "line-time;2;HEAD2026-11-25,a1,支付,,1.00\\n",
        "line-day;2;HEAD2026-11-20 08:00:00,a1,支付,,1.00\\n",
        "line-key;2;HEAD2026-11-25 08:00:00,a 1,支付,,1.00\\n",
        "line-summary-missing;3;HEADTWO",
        "line-count;4;HEADTWO合计,3,1012.50,3.40\\n",
        "line-sum;4;HEADTWO合计,2,1012.51,3.40\\n",
        "line-sum;4;HEADTWO合计,2,1012.50,3.41\\n",
        "line-after-summary;5;HEADTWO合计,2,1012.50,3.40\\n2026-11-25 08:00:00,a9,支付,,1.00\\n",
        "line-broken;2;HEAD2026-11-25 08:00:00,\"a\"1,支付,,1.00\\n",
      })
  void areRefusedWithLineAndReason(String reason, long line, String text) {
    String file = text.replace("HEAD", HEAD).replace("TWO", TWO).replace("\\n", "\n");
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> read(file))
        .satisfies(
            refused -> {
              assertThat(refused.messageKey()).isEqualTo("clearing." + reason);
              assertThat(refused.arguments().getFirst()).isEqualTo(line);
            });
  }

  @Test
  void areRefusedInAnotherEncodingOrWhenTheyAreCut() {
    byte[] national = (HEAD + TWO + SUMS).getBytes(Charset.forName("GB18030"));
    assertRefused(layout(""), national, "clearing.line-charset");
    var packed = new ByteArrayOutputStream();
    try (var gzip = new java.util.zip.GZIPOutputStream(packed)) {
      gzip.write((HEAD + TWO.repeat(500) + SUMS).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertRefused(
        layout(""), Arrays.copyOf(packed.toByteArray(), packed.size() / 2), "rest.gzip-broken");
  }

  private static void assertRefused(Layout layout, byte[] file, String key) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> read(layout, file))
        .matches(refused -> refused.messageKey().equals(key), key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{\"columns\":[]}",
        "{\"columns\":[{\"name\":\"a\",\"holds\":\"colour\"}]}",
        "{\"colour\":1}"
      })
  void areNotLaidOutByWhatIsNoLayout(String json) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Layout.parse(json))
        .matches(refused -> refused.messageKey().equals("clearing.layout-wrong"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",\"charset\":\"EBCDIC\"",
        ",\"delimiter\":\"x\"",
        ",\"time\":\"bbbb\"",
        ",\"unit\":\"jiao\"",
        ",\"sign\":\"odd\""
      })
  void areNotLaidOutByHalves(String more) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> layout(more))
        .matches(refused -> refused.messageKey().equals("clearing.layout-wrong"));
  }
}
