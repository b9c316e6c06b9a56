package health.helan.app.settlement;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.trust.account.Posts;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.credit.CreditRule;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.PaymentFollower;
import health.helan.oversight.payment.PaymentOperations;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.PriceList;
import health.helan.oversight.settlement.RuleBook;
import health.helan.oversight.settlement.SettlementFollower;
import health.helan.oversight.settlement.SettlementOperations;
import health.helan.oversight.settlement.Settlements;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import health.helan.pharmacy.circulation.Tills;
import health.helan.pharmacy.review.ReviewServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settlement, payment and credit beside the pharmacy, put together as they run. */
public final class SettledRegion implements ReviewServer.Neighbour {
  final ClockForTests clock = new ClockForTests();
  private @Nullable Whole whole;

  /** What there is once the store is open. */
  record Whole(
      Ledger ledger,
      PriceBook prices,
      RuleBook rules,
      Credits credits,
      SimulatedChannel channel,
      Payments payments,
      Settlements settlements) {}

  @Override
  public List<WriteFollower> followers(HikariDataSource database) {
    return List.of(new PaymentFollower(Map.of()), new SettlementFollower());
  }

  @Override
  public Tills tills(ReviewServer server) {
    HikariDataSource database = server.database;
    var key = new IndexKey(new byte[32]);
    var ledger = new Ledger(database, clock);
    var credits = new Credits(database, CreditRule.DEFAULT, clock);
    var prices = new PriceBook(database, false, clock);
    var rules = new RuleBook(database, true, clock);
    var channel =
        new SimulatedChannel(
            "union-sim", "银联", "UnionPay", database, new byte[32], clock, _ -> Fault.NONE);
    Payments[] late = new Payments[1];
    var settlements =
        new Settlements(
            new Settlements.Parts(
                server.store,
                database,
                ledger,
                key,
                prices,
                rules,
                credits,
                List.of(new SimulatedPayer(database, clock, _ -> SimulatedPayer.Fault.NONE)),
                new FinanceStaff(new Posts(server.store, database, clock)),
                caller -> server.circulations.staff().isStaff(caller),
                () -> late[0],
                clock));
    late[0] =
        new Payments(
            new Payments.Parts(
                server.store,
                database,
                ledger,
                key,
                List.of(settlements.own()),
                List.of(channel),
                clock));
    whole = new Whole(ledger, prices, rules, credits, channel, late[0], settlements);
    return new SettledTills(prices, settlements);
  }

  @Override
  public List<FhirOperation> operations() {
    List<FhirOperation> all = new ArrayList<>(PaymentOperations.all(whole().payments));
    all.addAll(SettlementOperations.all(whole().settlements, whole().prices, whole().rules, clock));
    return all;
  }

  Whole whole() {
    return Objects.requireNonNull(whole);
  }

  static SettledRegion get() {
    return (SettledRegion) Objects.requireNonNull(ReviewServer.get().neighbour);
  }

  /** Takes prices of products into the book: code, name, class, own percent, yuan for ten. */
  void prices(String... lines) {
    List<String> all = new ArrayList<>(List.of(PriceList.HEADER_PER));
    for (String line : lines) {
      String[] of = line.split(",", -1);
      all.add(
          "%s,%s,片,western-drug,%s,%s,%s,2024-01-01,,,,10"
              .formatted(of[0], of[1], of[2], of[3], of[4]));
    }
    var unused = whole().prices.load(PriceList.of(String.join("\n", all)).items(), "test");
  }

  void payBy(String code) {
    for (SimulatedChannel.Signed signed : whole().channel.pay(code, true)) {
      whole().payments.notified("union-sim", signed.body(), signed.headers()::get);
    }
  }

  /** What an institution is owed, fen. */
  long owed(String institution) {
    return whole()
        .ledger
        .balance(Account.of(AccountKind.INSTITUTION, institution))
        .of(AccountKind.INSTITUTION);
  }

  /** Whatever is due now. */
  void tend() {
    for (int i = 0; i < 50 && whole().settlements.tendDue() + whole().payments.tendDue() > 0; i++) {
      // Until nothing is due any more.
    }
  }

  /** Gives somebody a post for money. */
  static void post(Caller system, Caller holder, String code) {
    ReviewServer.get()
        .created(
            system,
            """
            {'resourceType':'PractitionerRole','practitioner':{'reference':'Practitioner/%s'},
              'organization':{'reference':'Organization/%s'},'code':[{'coding':[{'system':'%s','code':'%s'}]}]}"""
                .formatted(
                    holder.binding().practitioner(), system.institution(), Posts.SYSTEM, code));
  }
}
