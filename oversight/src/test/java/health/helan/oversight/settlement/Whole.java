package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.settlement.Settlement.MoneyState;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;

/** What holds for any bills of some institutions once nothing is under way any more. */
final class Whole {
  private Whole() {}

  /**
   * @param claims every settlement that there ever was at the institutions
   * @param payors Organizations that pay there and nowhere else, with their kind, as accounts are
   *     named
   */
  static void check(
      DataSource database,
      Ledger ledger,
      Function<String, Settlement> find,
      List<String> claims,
      Set<String> institutions,
      Set<String> payors) {
    long billed = 0;
    long ownMoney = 0;
    Set<String> charges = new HashSet<>();
    for (String claim : claims) {
      Settlement one = find.apply(claim);
      assertThat(one.state())
          .as("%s has an end", claim)
          .isIn(
              SettlementState.LAPSED,
              SettlementState.OWING,
              SettlementState.DEFERRED,
              SettlementState.SETTLED,
              SettlementState.REVERSED);
      assertThat(one.due()).as("%s: nothing is left to do", claim).isNull();
      assertThat(one.parts().stream().mapToLong(Settlement.Part::fen).sum() + one.own())
          .as("shares are the bill")
          .isEqualTo(one.fen());
      boolean isOpen = one.open() > 0;
      assertThat(ledger.open(claim)).as("%s: set aside", one).hasSize(isOpen ? 1 : 0);
      boolean counts =
          one.state() == SettlementState.OWING
              || one.state() == SettlementState.DEFERRED
              || one.state() == SettlementState.SETTLED;
      if (counts) {
        billed += one.fen() - one.open();
        one.charges()
            .forEach(
                charge -> assertThat(charges.add(charge)).as("a charge is billed once").isTrue());
      }
      ownMoney += one.held();
      assertThat(one.money()).allMatch(money -> money.state() != MoneyState.GOING_BACK);
    }
    long owed = 0;
    for (String institution : institutions) {
      owed +=
          ledger
              .balance(Account.of(AccountKind.INSTITUTION, institution))
              .of(AccountKind.INSTITUTION);
    }
    assertThat(owed).as("the institutions are owed what was settled").isEqualTo(billed);
    long shares = 0;
    for (String payor : payors) {
      shares += ledger.balance(Account.of(AccountKind.PAYER, payor)).of(AccountKind.PAYER);
    }
    assertThat(shares + ownMoney).as("by whom it is paid").isEqualTo(billed);
    String ofThese = "('" + String.join("','", claims) + "')";
    assertThat(
            number(
                database,
                "select coalesce(sum(fen), 0) from simulated_payer where state = 1 and substr(id, 1, 21) in "
                    + ofThese))
        .as("payers pay what the books say")
        .isEqualTo(shares);
    assertThat(
            number(
                database,
                "select coalesce(sum(fen - refunded), 0) from simulated_payment where state = 1 and substr(id, 1, 21) in"
                    + " (select order_id from settlement_money where settlement in "
                    + ofThese
                    + ")"))
        .as("the channel has what the bills hold")
        .isEqualTo(ownMoney);
  }

  static long number(DataSource database, String sql) {
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
