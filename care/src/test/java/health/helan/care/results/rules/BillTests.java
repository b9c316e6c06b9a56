package health.helan.care.results.rules;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BillTests {
  private static Charge charge(String json) {
    return Objects.requireNonNull(Charge.of(Json.MAPPER.readTree(json.replace('\'', '"'))));
  }

  private static Charge billed(String amount, String more) {
    return charge(
        "{'id':'c','status':'billed','code':{'text':'x'},'priceOverride':{'value':"
            + amount
            + "}"
            + more
            + "}");
  }

  @ParameterizedTest
  @CsvSource({
    "planned, true,",
    "billable, true, COUNTED",
    "billed, true, COUNTED",
    "billed, false, UNSETTLED",
    "unknown, true, UNSETTLED",
    "not-billable, true, FREE",
    "aborted, true, STRUCK",
    "entered-in-error, false, STRUCK"
  })
  void addsWhatIsChargedAndNothingElse(String status, boolean isPriced, String standing) {
    assertThat(String.valueOf(Standing.of(status, isPriced))).isEqualTo(String.valueOf(standing));
  }

  @ParameterizedTest
  @CsvSource({"0.005, 1", "0.0049, 0", "-0.005, -1", "12, 1200", "999999999.99, 99999999999"})
  void countsInWholeFen(String amount, long fen) {
    assertThat(billed(amount, "").fen()).isEqualTo(fen);
  }

  @Test
  void takesNoOtherMoneyForYuan() {
    Charge dollars = charge("{'status':'billed','priceOverride':{'value':5,'currency':'USD'}}");
    assertThat(dollars.fen()).isNull();
    assertThat(dollars.standing()).isEqualTo(Standing.UNSETTLED);
    assertThat(billed("1e30", "").fen()).isNull();
  }

  @Test
  void saysAPriceWhereItIsSaidOrComesOutEven() {
    assertThat(billed("10.05", ",'quantity':{'value':3}").unitPrice()).isEqualByComparingTo("3.35");
    assertThat(billed("10", ",'quantity':{'value':3}").unitPrice()).isNull();
    assertThat(billed("10", "").unitPrice()).isNull();
    assertThat(billed("10", ",'quantity':{'value':0}").unitPrice()).isNull();
    assertThat(
            billed(
                    "10",
                    ",'quantity':{'value':3},'extension':[{'url':'"
                        + Charge.UNIT_PRICE
                        + "','valueMoney':{'value':3.3333,'currency':'CNY'}}]")
                .unitPrice())
        .isEqualByComparingTo("3.3333");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20, 2026-11-20",
    "2026-11-20T15:59:59Z, 2026-11-20",
    "2026-11-20T16:00:00Z, 2026-11-21",
    "2026-11-21T00:00:00+08:00, 2026-11-21",
    "2026-11,",
    "2026,",
    "2026-13-01,"
  })
  void belongsToTheDayOfBeijing(String at, LocalDate day) {
    assertThat(Charge.day(at)).isEqualTo(day);
  }

  @Test
  void findsWhatAChargeIsForBesideItsCode() {
    Charge charge =
        charge(
            "{'status':'billed','priceOverride':{'value':1},'code':{'coding':[{'system':'"
                + Charge.CATEGORY
                + "','code':'bed'},{'system':'urn:x','code':'1109','display':'床位费'}]}}");
    assertThat(charge.category()).isEqualTo("bed");
    assertThat(charge.code()).isEqualTo("1109");
    assertThat(charge.name()).isEqualTo("床位费");
    assertThat(Bill.byCategory(List.of(charge, billed("2.50", ""))))
        .containsEntry("bed", 100L)
        .containsEntry("", 250L);
  }

  /** Whatever order lines come in, days add up to the whole, to the fen. */
  @Property(tries = 200)
  void comesToTheSameHoweverItIsAdded(
      @ForAll @Size(max = 60) List<@IntRange(min = -99999, max = 99999) Integer> amounts) {
    List<Charge> charges = new ArrayList<>();
    long expected = 0;
    for (int i = 0; i < amounts.size(); i++) {
      int fen = amounts.get(i);
      charges.add(
          billed(
              BigDecimal.valueOf(fen, 2).toString(),
              i % 7 == 0 ? "" : ",'occurrenceDateTime':'2026-11-%02d'".formatted(1 + i % 9)));
      expected += fen;
    }
    Bill bill = Bill.of(charges);
    assertThat(bill.total(null)).isEqualTo(expected);
    assertThat(Bill.of(charges.reversed()).total(null)).isEqualTo(expected);
    assertThat(bill.days().stream().mapToLong(Bill.Day::fen).sum() + Bill.sum(bill.undated()))
        .isEqualTo(expected);
  }
}
