package health.helan.app.payment;

import health.helan.app.access.AccessFilter;
import health.helan.app.start.DataFolder;
import health.helan.app.start.RunMode;
import health.helan.app.start.SimulatedFaults;
import health.helan.app.start.StartRefused;
import health.helan.care.appointment.Appointments;
import health.helan.care.visit.Visits;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.account.Posts;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.Payables;
import health.helan.oversight.payment.PaymentChannel;
import health.helan.oversight.payment.PaymentFollower;
import health.helan.oversight.payment.PaymentUpkeep;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Payment. docs/guide/payment.md. */
@Configuration(proxyBeanMethods = false)
class PaymentDoor {
  /** {@code on}: simulated channels also in production, as in an acceptance test; {@code off}. */
  private static final String SIMULATOR = "HELAN_PAY_SIMULATOR";

  /** Secret of the simulated channels, in the data folder. */
  private static final String KEY_FILE = "pay-simulator-key";

  /** The simulated channels; none where there are none. */
  record Simulators(List<SimulatedChannel> all) {}

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
  Ledger ledger(DataSource connections, Clock clock) {
    return new Ledger(connections, clock);
  }

  /** Who of an institution's staff deals with money. */
  @Bean
  FinanceStaff financeStaff(RecordStore store, DataSource connections, Clock clock) {
    return new FinanceStaff(new Posts(store, connections, clock));
  }

  /** Given to the store when it opens: orders follow what becomes of bookings and visits. */
  @Bean
  PaymentFollower paymentFollower() {
    return new PaymentFollower(Map.of("Appointment", _ -> true, "Encounter", Visits::isVisit));
  }

  @Bean
  Payables bookingFees(Appointments appointments, RecordStore store) {
    return new BookingFees(appointments, store);
  }

  @Bean
  Payables visitFees(Visits visits) {
    return new VisitFees(visits);
  }

  @Bean
  Simulators simulatedChannels(DataSource connections, DataFolder data, Clock clock) {
    if (!isSimulated(System.getenv(SIMULATOR), RunMode.of(System::getenv).isProduction())) {
      return new Simulators(List.of());
    }
    byte[] key = HexFormat.of().parseHex(data.secret(KEY_FILE));
    List<SimulatedChannel> all = new ArrayList<>();
    for (String[] one :
        new String[][] {
          {"wechat-sim", "微信支付（模拟）", "WeChat Pay (simulated)"},
          {"alipay-sim", "支付宝（模拟）", "Alipay (simulated)"},
          {"union-sim", "银联云闪付（模拟）", "UnionPay (simulated)"}
        }) {
      all.add(
          new SimulatedChannel(
              one[0],
              one[1],
              one[2],
              connections,
              key,
              clock,
              SimulatedFaults.of(Fault.NONE, Fault.values())));
    }
    return new Simulators(List.copyOf(all));
  }

  @Bean
  Payments payments(
      RecordStore store,
      DataSource connections,
      Ledger ledger,
      IndexKey key,
      List<Payables> payables,
      ObjectProvider<PaymentChannel> ofTheRegion,
      Simulators simulators,
      Clock clock) {
    List<PaymentChannel> all = new ArrayList<>(ofTheRegion.orderedStream().toList());
    all.addAll(simulators.all());
    return new Payments(
        new Payments.Parts(store, connections, ledger, key, payables, List.copyOf(all), clock));
  }

  /** Knows no code where no channel is simulated. */
  @Bean
  SimulateOperation simulatePayment(Payments payments, Simulators simulators) {
    return new SimulateOperation(payments, simulators.all());
  }

  @Bean
  ServletRegistrationBean<ChannelServlet> channelServlet(Payments payments) {
    var registration =
        new ServletRegistrationBean<>(new ChannelServlet(payments), AccessFilter.CHANNELS + "/*");
    registration.setName("channels");
    return registration;
  }

  @Bean(destroyMethod = "close")
  PaymentUpkeep paymentUpkeep(Payments payments) {
    return new PaymentUpkeep(payments);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> paymentUpkeepStart(PaymentUpkeep upkeep) {
    return _ -> {
      // On a copy that is looked at, no channel is asked for anything.
      if (!"off".equalsIgnoreCase(System.getenv("HELAN_BOOKING_UPKEEP"))) {
        upkeep.start();
      }
    };
  }
}
