package health.helan.app.payment;

import health.helan.app.start.SealKey;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.VaultUnusable;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.clearing.Clearing;
import health.helan.oversight.clearing.Counterpart;
import health.helan.oversight.clearing.Counterparts;
import health.helan.oversight.clearing.OwnBook;
import health.helan.oversight.clearing.PaymentBook;
import health.helan.oversight.clearing.StatementServlet;
import health.helan.oversight.clearing.StatementSource;
import health.helan.oversight.clearing.simulator.Plant;
import health.helan.oversight.clearing.simulator.SimulatedStatements;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.PaymentChannel;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reconciliation and clearing. docs/guide/reconciliation.md. */
@Configuration(proxyBeanMethods = false)
class ClearingDoor {
  private static final Logger LOG = LoggerFactory.getLogger(ClearingDoor.class);
  private static final String LAYOUT = "simulated";

  /** As most channels in China lay out theirs (from general knowledge). */
  private static final String SIMULATED_LAYOUT =
      """
      {"charset":"GB18030","delimiter":",","time":"uuuu-MM-dd HH:mm:ss","unit":"yuan","sign":"plain","names":true,\
      "columns":[{"name":"交易时间","holds":"time"},{"name":"商户订单号","holds":"key"},\
      {"name":"原商户订单号","holds":"reference"},{"name":"交易类型","holds":"flow"},{"name":"金额","holds":"amount"}],\
      "payment":["支付"],"refund":["退款"],"summary":{"place":"last","mark":"合计","count":1,"payments":2,"refunds":3}}""";

  private static final String LISTS = "simulated-list";

  /** As a spreadsheet saves it; likewise. */
  private static final String SIMULATED_LIST =
      """
      {"charset":"UTF-8","delimiter":",","time":"uuuu-MM-dd HH:mm:ss","unit":"yuan","sign":"plain","names":true,\
      "columns":[{"name":"交易时间","holds":"time"},{"name":"商户订单号","holds":"key"},\
      {"name":"交易类型","holds":"flow"},{"name":"金额","holds":"amount"}],"payment":["支付"],"refund":["退款"]}""";

  /** What is wrong in statements of the trial: something for each kind of case, and not much. */
  private static final List<Plant> PLANTS =
      List.of(
          new Plant(Plant.Kind.LOST, 37, 1),
          new Plant(Plant.Kind.TWICE, 41, 2),
          new Plant(Plant.Kind.AMOUNT, 43, 3),
          new Plant(Plant.Kind.STRANGE, 47, 4),
          new Plant(Plant.Kind.LATE, 29, 5));

  /**
   * @param authority has made the key that seals
   */
  @Bean
  Clearing clearing(
      DataSource connections,
      Ledger ledger,
      FinanceStaff staff,
      Payments payments,
      PaymentDoor.Simulators simulators,
      ObjectProvider<OwnBook> books,
      ObjectProvider<StatementSource> ofTheRegion,
      KeyVault vault,
      CertificateAuthority authority,
      Clock clock) {
    List<OwnBook> all = new ArrayList<>(books.orderedStream().toList());
    all.add(
        new PaymentBook(
            connections,
            payments.channels().stream().map(PaymentChannel::code).collect(Collectors.toSet())));
    var counterparts = new Counterparts(connections, clock);
    List<StatementSource> sources = new ArrayList<>(ofTheRegion.orderedStream().toList());
    for (SimulatedChannel channel : simulators.all()) {
      sources.add(
          new SimulatedStatements(channel, () -> counterparts.layout(LAYOUT).layout(), PLANTS));
    }
    String key = SealKey.name(System.getenv(SealKey.VARIABLE));
    try {
      return new Clearing(
          new Clearing.Parts(connections, ledger, all, sources, staff, vault.signer(key), clock));
    } catch (VaultUnusable e) {
      throw SealKey.missing(key, e);
    }
  }

  @Bean
  ServletRegistrationBean<StatementServlet> statementServlet(RecordStore store, Clearing clearing) {
    var registration =
        new ServletRegistrationBean<>(new StatementServlet(store, clearing), "/statements/*");
    registration.setName("statements");
    return registration;
  }

  /** Simulated channels come with their terms, so that a trial can reconcile at once. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> clearingOfSimulators(
      Clearing clearing, PaymentDoor.Simulators simulators) {
    return _ -> {
      try {
        for (SimulatedChannel channel : simulators.all()) {
          var counterpart = new Counterpart(AccountKind.CHANNEL, channel.code());
          if (clearing.counterparts().all().stream()
              .noneMatch(one -> one.counterpart().equals(counterpart))) {
            Caller platform = Caller.platform("clearing");
            var unused = clearing.counterparts().setLayout(platform, LAYOUT, SIMULATED_LAYOUT);
            var unused2 = clearing.counterparts().setLayout(platform, LISTS, SIMULATED_LIST);
            var unused3 =
                clearing
                    .counterparts()
                    .setTerms(
                        platform,
                        counterpart,
                        """
                        {"zh":"%s","en":"%s","layout":"%s","lists":"%s","rules":[],"advance-percent":100}"""
                            .formatted(channel.name("zh"), channel.name("en"), LAYOUT, LISTS));
          }
        }
      } catch (RuntimeException e) {
        // The next start tries again; nothing else waits for it.
        LOG.warn("Simulated channels have no terms of reconciliation", e);
      }
    };
  }
}
