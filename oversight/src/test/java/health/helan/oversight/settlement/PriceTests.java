package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.PostgresForTests;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Prices: by the day of service, the narrower before the wider, never changed. */
class PriceTests {
  private static final DataSource DATABASE = PostgresForTests.storeDatabase();
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-11-26T04:00:00Z"), ZoneOffset.UTC);
  private static final LocalDate DAY = LocalDate.of(2026, 11, 20);

  private final PriceBook book = new PriceBook(DATABASE, false, NOW);

  private static List<PriceItem> list(String... lines) {
    return PriceList.of(PriceList.HEADER + "\n" + String.join("\n", lines)).items();
  }

  @Test
  void isThatOfTheDayAndTheNarrowestOne() {
    book.load(
        list(
            "d1,诊察费,次,consultation,A,,10.00,2026-01-01,2026-06-30,,",
            "d1,诊察费,次,consultation,A,,12.00,2026-07-01,,,",
            "d1,诊察费,次,consultation,A,,15.00,2026-07-01,,3,",
            "d1,诊察费,次,consultation,B,10,20.50,2026-07-01,,,h-1"),
        "x");
    assertThat(book.price("d1", "h-2", 2, LocalDate.of(2026, 6, 30)).fen()).isEqualTo(1000);
    assertThat(book.price("d1", "h-2", 2, DAY).fen()).isEqualTo(1200);
    assertThat(book.price("d1", "h-2", 3, DAY).fen()).isEqualTo(1500);
    assertThat(book.price("d1", "h-1", 3, DAY).fen()).isEqualTo(2050);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> book.price("d1", "h-2", 2, LocalDate.of(2025, 12, 31)))
        .withMessage("settlement.no-price[d1, 2025-12-31]");
  }

  @Test
  void isNotChangedButEndsAndIsFollowed() {
    var first = list("d2,血常规,次,laboratory,A,,20.00,2026-01-01,,,");
    assertThat(book.load(first, "x")).isEqualTo(1);
    assertThat(book.load(first, "x")).as("the same again").isZero();
    for (String wrong :
        new String[] {
          "d2,血常规,次,laboratory,A,,21.00,2026-01-01,,,", // another price from the same day
          "d2,血常规,次,laboratory,A,,21.00,2026-06-01,,,", // a second one beside it
          "d2,血常规,次,laboratory,A,,20.00,2026-01-01,2026-11-25,,", // an end that is past
        }) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> book.load(list("d9,别的,次,laboratory,A,,1.00,2026-01-01,,,", wrong), "x"))
          .withMessage("settlement.price-overlap[d2]");
    }
    assertThat(book.list(DAY, "d9", 10)).as("whole or not at all").isEmpty();
    book.load(list("d2,血常规,次,laboratory,A,,20.00,2026-01-01,2026-12-31,,"), "x");
    book.load(list("d2,血常规,次,laboratory,A,,21.00,2027-01-01,,,"), "x");
    assertThat(book.price("d2", "h", 1, LocalDate.of(2026, 12, 31)).fen()).isEqualTo(2000);
    assertThat(book.price("d2", "h", 1, LocalDate.of(2027, 1, 1)).fen()).isEqualTo(2100);
  }

  @Test
  void isOfTheDemonstrationOnlyWhereNothingElseIsThere() {
    assertThat(PriceBook.demonstration()).hasSizeGreaterThan(55);
    assertThat(PriceBook.demonstration()).allMatch(item -> item.name().endsWith("（演示）"));
    var trial = new PriceBook(DATABASE, true, NOW);
    assertThat(trial.price("1101", "h", 1, DAY).fen()).isEqualTo(600);
    assertThat(trial.price("1106", "h", 1, LocalDate.of(2025, 12, 31)).fen()).isEqualTo(1200);
    assertThat(trial.price("1106", "h", 1, DAY).fen()).isEqualTo(1500);
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> book.price("1101", "h", 1, DAY));
    book.load(list("1101,诊察费,次,consultation,A,,7.00,2026-01-01,,,"), "x");
    assertThat(trial.price("1101", "h", 1, DAY).fen()).isEqualTo(700);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "d3,x,次,laboratory,A,,20.00,2026-01-01,,|columns",
        "d 3,x,次,laboratory,A,,20.00,2026-01-01,,,|code",
        "d3,,次,laboratory,A,,20.00,2026-01-01,,,|name",
        "d3,x,次,laboratory,D,,20.00,2026-01-01,,,|class",
        "d3,x,次,laboratory,A,10,20.00,2026-01-01,,,|own_percent", // only of class B
        "d3,x,次,laboratory,B,101,20.00,2026-01-01,,,|own_percent",
        "d3,x,次,laboratory,A,,20.001,2026-01-01,,,|price",
        "d3,x,次,laboratory,A,,-1,2026-01-01,,,|price",
        "d3,x,次,laboratory,A,,1e5,2026-01-01,,,|price",
        "d3,x,次,laboratory,A,,20.00,2026-01-01,+999999999-12-31,,|to",
        "d3,x,次,laboratory,A,,20.00,2026-13-01,,,|from",
        "d3,x,次,laboratory,A,,20.00,2026-02-01,2026-01-31,,|to",
        "d3,x,次,laboratory,A,,20.00,2026-01-01,,4,|level",
        "d3,x,次,laboratory,A,,20.00,2026-01-01,,,h 1|institution",
        "d4,x,次,laboratory,A,,20.00,2026-05-01,,,|overlap",
      })
  void isRefusedWhenALineSaysNothingClear(String line, String what) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> list("d4,x,次,laboratory,A,,20.00,2026-01-01,,,", line))
        .withMessage("settlement.price-line[3, %s]".formatted(what));
  }

  @Test
  void showsWhatAListWouldDoAndDoesNothing() {
    book.load(
        list(
            "e1,甲,次,laboratory,A,,20.00,2026-01-01,,,", "e2,乙,次,laboratory,A,,30.00,2026-01-01,,,"),
        "x");
    PriceList list =
        PriceList.of(
            String.join(
                "\n",
                PriceList.HEADER,
                "# 二〇二七年",
                "e1,甲,次,laboratory,A,,20.00,2026-01-01,2026-12-31,,",
                "e1,甲,次,laboratory,A,,22.00,2027-01-01,,,",
                "e2,乙,次,laboratory,A,,30.00,2026-01-01,,,",
                "e2,乙,次,laboratory,A,,33.00,2027-01-01,,,",
                "e3,丙,次,laboratory,A,,x,2027-01-01,,,"));
    assertThat(book.check(list.lines()))
        .extracting(one -> one.line().number() + " " + one.effect().word() + " " + one.before())
        .containsExactly("3 ends null", "4 new 2000", "5 same null");
    assertThat(list.faults())
        .containsExactly(new PriceList.Fault(6, "overlap"), new PriceList.Fault(7, "price"));
    PriceList second =
        PriceList.of(PriceList.HEADER + "\ne2,乙,次,laboratory,A,,33.00,2027-01-01,,,");
    assertThat(book.check(second.lines()).getFirst().effect()).isEqualTo(PriceBook.Effect.CLASH);
    assertThat(book.price("e1", "h", 1, LocalDate.of(2027, 1, 1)).fen())
        .as("nothing was taken")
        .isEqualTo(2000);
  }

  @Test
  void isCheckedByWhoMayOnlyRead() {
    var reading = new PGSimpleDataSource();
    reading.setUrl(((PGSimpleDataSource) DATABASE).getUrl());
    reading.setUser(((PGSimpleDataSource) DATABASE).getUser());
    reading.setPassword(((PGSimpleDataSource) DATABASE).getPassword());
    reading.setReadOnly(true);
    reading.setReadOnlyMode("always");
    var readBook = new PriceBook(reading, false, NOW);
    var lines =
        PriceList.of(PriceList.HEADER + "\nr1,甲,次,laboratory,A,,20.00,2026-01-01,,,").lines();
    assertThat(readBook.check(lines).getFirst().effect()).isEqualTo(PriceBook.Effect.NEW);
    assertThatExceptionOfType(RuntimeException.class)
        .as("it may only read")
        .isThrownBy(() -> readBook.load(lines.stream().map(PriceList.Line::item).toList(), "x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,2027-06-30,,|SAME",
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,2026-11-26,,|ENDS", // today
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,2026-11-25,,|CLASH", // past
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,2027-07-01,,|CLASH", // later than it ends
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,,,|CLASH",
        "f1,甲,次,laboratory,A,,21.00,2026-01-01,2026-12-31,,|CLASH", // another price
        "f1,甲,次,laboratory,A,,20.00,2027-06-30,,,|CLASH", // its last day
        "f1,甲,次,laboratory,A,,20.00,2027-07-01,,,|NEW",
        "f1,甲,次,laboratory,A,,20.00,2025-01-01,2025-12-31,,|NEW",
        "f1,甲,次,laboratory,A,,20.00,2025-01-01,2026-01-01,,|CLASH",
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,,2,|NEW", // of one level only
        "f1,甲,次,laboratory,A,,20.00,2026-01-01,,,h-1|NEW",
      })
  void isTakenAsItWasChecked(String line, PriceBook.Effect effect) {
    DataSource database = PostgresForTests.storeDatabase();
    var anew = new PriceBook(database, false, NOW);
    anew.load(list("f1,甲,次,laboratory,A,,20.00,2026-01-01,2027-06-30,,"), "x");
    PriceList list = PriceList.of(PriceList.HEADER + "\n" + line);
    assertThat(anew.check(list.lines()).getFirst().effect()).isEqualTo(effect);
    if (effect == PriceBook.Effect.CLASH) {
      assertThatExceptionOfType(Refusal.class).isThrownBy(() -> anew.load(list.items(), "x"));
    } else {
      assertThat(anew.load(list.items(), "x")).isEqualTo(effect == PriceBook.Effect.SAME ? 0 : 1);
      assertThat(anew.check(list.lines()).getFirst().effect()).isEqualTo(PriceBook.Effect.SAME);
    }
  }

  @Test
  void isRoundedToTheFenByQuantity() {
    var item = list("d5,x,次,laboratory,A,,3.35,2026-01-01,,,").getFirst();
    assertThat(item.of(new BigDecimal("3"))).isEqualTo(1005);
    assertThat(item.of(new BigDecimal("0.5"))).isEqualTo(168);
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> item.of(BigDecimal.ZERO));
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> item.of(new BigDecimal("-1")));
  }

  @Test
  void mayBeForManyUnits() {
    String list = PriceList.HEADER_PER + "\np1,某片,片,western-drug,A,,0.83,2026-01-01,,,,28";
    book.load(PriceList.of(list).items(), "x");
    PriceItem item = book.price("p1", "h-1", 1, DAY);
    assertThat(item.per()).isEqualTo(28);
    assertThat(item.of(BigDecimal.valueOf(28))).isEqualTo(83);
    assertThat(item.of(BigDecimal.valueOf(7))).isEqualTo(21);
    assertThat(book.isEmpty()).isFalse();
    assertThat(book.find("p2", "h-1", 1, DAY)).isNull();
    for (String wrong : List.of("0", "-1", "x", "100001", "28,1")) {
      assertThatExceptionOfType(Refusal.class)
          .as(wrong)
          .isThrownBy(() -> PriceList.of(list.replaceFirst("28$", wrong)).items());
    }
  }
}
