package health.helan.app.settlement;

import health.helan.app.start.RunMode;
import health.helan.app.start.SimulatedFaults;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.credit.CreditRule;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.settlement.OwnMoney;
import health.helan.oversight.settlement.Payer;
import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.RuleBook;
import health.helan.oversight.settlement.SettlementFollower;
import health.helan.oversight.settlement.SettlementUpkeep;
import health.helan.oversight.settlement.Settlements;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import health.helan.pharmacy.circulation.Circulations;
import health.helan.pharmacy.circulation.Tills;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Settlement. docs/guide/settlement.md. */
@Configuration(proxyBeanMethods = false)
class SettlementDoor {
  /** {@code on}: simulated payers and made-up prices and rules also in production; {@code off}. */
  private static final String SIMULATOR = "HELAN_SETTLEMENT_SIMULATOR";

  /** Whether payers, prices and rules that are made up may stand in. */
  record Demonstration(boolean isOn) {}

  /**
   * @throws StartRefused for what is neither on nor off
   */
  static boolean isSimulated(@Nullable String text, boolean isProduction) {
    if (text == null || text.isBlank()) {
      return !isProduction;
    }
    return switch (text.strip()) {
      case "on" -> true;
      case "off" -> false;
      default ->
          throw new StartRefused(SIMULATOR + " 应为 on 或 off。", SIMULATOR + " takes on or off.");
    };
  }

  @Bean
  Demonstration settlementDemonstration() {
    return new Demonstration(
        isSimulated(System.getenv(SIMULATOR), RunMode.of(System::getenv).isProduction()));
  }

  /** Given to the store when it opens: nobody but the steps writes what settlement writes. */
  @Bean
  SettlementFollower settlementFollower() {
    return new SettlementFollower();
  }

  @Bean
  PriceBook priceBook(DataSource connections, Demonstration demonstration, Clock clock) {
    return new PriceBook(connections, demonstration.isOn(), clock);
  }

  @Bean
  RuleBook settlementRules(DataSource connections, Demonstration demonstration, Clock clock) {
    return new RuleBook(connections, demonstration.isOn(), clock);
  }

  @Bean
  Credits credits(DataSource connections, Clock clock) {
    return new Credits(connections, CreditRule.DEFAULT, clock);
  }

  @Bean
  Settlements settlements(
      RecordStore store,
      DataSource connections,
      Ledger ledger,
      IndexKey key,
      PriceBook prices,
      RuleBook rules,
      Credits credits,
      FinanceStaff staff,
      ObjectProvider<Payer> ofTheRegion,
      ObjectProvider<Circulations> circulations,
      ObjectProvider<Payments> payments,
      Demonstration demonstration,
      Clock clock) {
    List<Payer> payers = new ArrayList<>(ofTheRegion.orderedStream().toList());
    if (demonstration.isOn()) {
      payers.add(
          new SimulatedPayer(
              connections,
              clock,
              SimulatedFaults.of(SimulatedPayer.Fault.NONE, SimulatedPayer.Fault.values())));
    }
    return new Settlements(
        new Settlements.Parts(
            store,
            connections,
            ledger,
            key,
            prices,
            rules,
            credits,
            List.copyOf(payers),
            staff,
            caller -> circulations.getObject().staff().isStaff(caller),
            payments::getObject,
            clock));
  }

  /** Circulation charges what is counted out, and asks whether it was settled. */
  @Bean
  Tills tills(PriceBook prices, Settlements settlements) {
    return new SettledTills(prices, settlements);
  }

  /** Payment finds what can be paid for among the beans. */
  @Bean
  OwnMoney ownMoney(Settlements settlements) {
    return settlements.own();
  }

  @Bean(destroyMethod = "close")
  SettlementUpkeep settlementUpkeep(Settlements settlements, Credits credits) {
    return new SettlementUpkeep(settlements, credits);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> settlementUpkeepStart(SettlementUpkeep upkeep) {
    return _ -> {
      // On a copy that is looked at, no payer is asked for anything.
      if (!"off".equalsIgnoreCase(System.getenv("HELAN_BOOKING_UPKEEP"))) {
        upkeep.start();
      }
    };
  }
}
