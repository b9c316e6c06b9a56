package health.helan.app.fhir;

import health.helan.app.access.SmartSecurity;
import health.helan.app.database.SearchConnections;
import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.care.appointment.Appointments;
import health.helan.care.queue.QueueOperations;
import health.helan.care.queue.Queues;
import health.helan.care.results.Bills;
import health.helan.care.results.Notices;
import health.helan.care.results.ResultsOperations;
import health.helan.care.visit.VisitOperations;
import health.helan.care.visit.Visits;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.bulkimport.Imports;
import health.helan.foundation.delivery.upload.Uploads;
import health.helan.foundation.quality.Quality;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.card.CardOperations;
import health.helan.foundation.residents.card.Cards;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.ServedResources;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.TransactionRules;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.PersonLinks;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.TerminologyCapabilities;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.CaseOperations;
import health.helan.foundation.trust.policy.Identities;
import health.helan.foundation.trust.policy.RolePolicy;
import health.helan.oversight.books.BookOperations;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.clearing.Clearing;
import health.helan.oversight.clearing.ClearingOperations;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.PaymentOperations;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.RuleBook;
import health.helan.oversight.settlement.SettlementOperations;
import health.helan.oversight.settlement.Settlements;
import health.helan.oversight.supervision.Cases;
import health.helan.oversight.supervision.Complaints;
import health.helan.oversight.supervision.Ratings;
import health.helan.oversight.supervision.Supervision;
import health.helan.oversight.supervision.SupervisionOperations;
import health.helan.pharmacy.circulation.CirculationOperations;
import health.helan.pharmacy.circulation.Circulations;
import health.helan.pharmacy.dispense.ParcelOperations;
import health.helan.pharmacy.dispense.Parcels;
import health.helan.pharmacy.review.CommentOperations;
import health.helan.pharmacy.review.Comments;
import health.helan.pharmacy.review.PrescriptionOperations;
import health.helan.pharmacy.review.Prescriptions;
import health.helan.pharmacy.review.Review;
import health.helan.pharmacy.review.ReviewFigures;
import health.helan.pharmacy.review.ReviewOperations;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The record store and its API at {@code /fhir}. */
@Configuration(proxyBeanMethods = false)
class FhirDoor {
  private static final Logger LOG = LoggerFactory.getLogger(FhirDoor.class);

  /** Secret of the store, in the data folder. */
  private static final String INDEX_KEY_FILE = "index-key";

  /**
   * The same secret by environment, for several instances on one database: without the right one a
   * store finds nothing and refuses to open.
   */
  private static final String INDEX_KEY_VARIABLE = "HELAN_INDEX_KEY";

  /** Address by which callers know the API, where a proxy stands before it. */
  private static final String BASE_VARIABLE = "HELAN_BASE_URL";

  /** {@code off} switches inline validation off: for benchmarks only. */
  private static final String VALIDATION_VARIABLE = "HELAN_VALIDATION";

  /** Days that the change log and answers to requests with a key are kept. */
  private static final String KEEP_CHANGES_VARIABLE = "HELAN_KEEP_CHANGES_DAYS";

  private static final String KEEP_ANSWERS_VARIABLE = "HELAN_KEEP_ANSWERS_DAYS";

  /** Asked by the store at every step; the access filter refuses to work without one. */
  @Bean
  AccessPolicy accessPolicy(Licences licences) {
    return new RolePolicy(Clock.systemUTC(), licences);
  }

  /** For rooms whose tables speak of Patients by digest. */
  @Bean
  IndexKey storeKey(DataFolder data) {
    return new IndexKey(indexKey(System.getenv(INDEX_KEY_VARIABLE), data));
  }

  @Bean
  Terminology terminology(DataSource connections) {
    return new Terminology(connections, Clock.systemUTC());
  }

  @Bean
  RecordStore recordStore(
      DataSource connections,
      SearchConnections searches,
      DataFolder data,
      ContentCodec codec,
      AccessPolicy policy,
      Terminology terminology,
      Registry providers,
      List<WriteFollower> ofPlatforms,
      ObjectProvider<PersonLinks> links,
      @Value("${helan.version}") String version) {
    RecordStore store =
        RecordStore.open(
            connections,
            searches.dataSource(),
            searches.ofRecords(),
            new StoreConfig(
                indexKey(System.getenv(INDEX_KEY_VARIABLE), data),
                UUID.randomUUID().toString(),
                version,
                policy,
                // Off for measuring beside a peer that does not validate, for nothing else.
                !"off".equalsIgnoreCase(System.getenv(VALIDATION_VARIABLE)),
                codec,
                terminology,
                WriteFollower.all(
                    Stream.concat(
                            Stream.of(terminology.follower(), providers.follower()),
                            ofPlatforms.stream())
                        .toArray(WriteFollower[]::new)),
                links.getIfAvailable(() -> PersonLinks.NONE)),
            ChangeLog.Settings.DEFAULT,
            retention(System.getenv(KEEP_CHANGES_VARIABLE), System.getenv(KEEP_ANSWERS_VARIABLE)));
    Thread.ofVirtual().name("terminology-catch-up").start(() -> catchUp(terminology, store));
    return store;
  }

  /** What an older version of the platform stored is compiled while this one answers already. */
  private static void catchUp(Terminology terminology, RecordStore store) {
    try {
      int compiled = terminology.catchUp(store);
      if (compiled > 0) {
        LOG.info("Compiled {} terminology resources of an older version", compiled);
      }
    } catch (RuntimeException failed) {
      // The next start tries again; nothing else waits for it.
      LOG.warn("Terminology resources of an older version could not all be compiled", failed);
    }
  }

  static Retention retention(@Nullable String changeDays, @Nullable String answerDays) {
    return new Retention(
        days(KEEP_ANSWERS_VARIABLE, answerDays, Retention.DEFAULT.answers()),
        days(KEEP_CHANGES_VARIABLE, changeDays, Retention.DEFAULT.changes()),
        Retention.DEFAULT.every());
  }

  private static Duration days(String variable, @Nullable String value, Duration otherwise) {
    if (value == null || value.isBlank()) {
      return otherwise;
    }
    if (!value.strip().matches("[1-9][0-9]{0,4}")) {
      throw new StartRefused(
          variable + " 应为 1 至 99999 的天数。", variable + " takes a number of days, 1 to 99999.");
    }
    return Duration.ofDays(Integer.parseInt(value.strip()));
  }

  private static byte[] indexKey(@Nullable String fromEnvironment, DataFolder data) {
    if (fromEnvironment == null || fromEnvironment.isBlank()) {
      return HexFormat.of().parseHex(data.secret(INDEX_KEY_FILE));
    }
    if (!fromEnvironment.strip().matches("[0-9a-fA-F]{" + IndexKey.LENGTH * 2 + "}")) {
      throw new StartRefused(
          INDEX_KEY_VARIABLE + " 应为 64 个十六进制字符。",
          INDEX_KEY_VARIABLE + " takes 64 hexadecimal characters.");
    }
    return HexFormat.of().parseHex(fromEnvironment.strip());
  }

  @Bean
  Operations operations(
      List<FhirOperation> ofTheApplication,
      DataSource connections,
      Terminology terminology,
      Agreements agreements,
      Uploads uploads,
      Imports imports,
      Registry providers,
      ObjectProvider<Identities> identities,
      ObjectProvider<Quality> quality,
      ObjectProvider<Residents> residents,
      ObjectProvider<Cards> cards,
      Appointments appointments,
      ObjectProvider<Queues> queues,
      ObjectProvider<Visits> visits,
      Notices notices,
      Bills bills,
      ObjectProvider<Payments> payments,
      ObjectProvider<Ledger> ledger,
      ObjectProvider<FinanceStaff> staff,
      ObjectProvider<Settlements> settlements,
      ObjectProvider<PriceBook> prices,
      ObjectProvider<RuleBook> settlementRules,
      ObjectProvider<Review> review,
      ObjectProvider<Prescriptions> prescriptions,
      ObjectProvider<Comments> comments,
      ObjectProvider<ReviewFigures> reviewFigures,
      ObjectProvider<Clearing> clearing,
      ObjectProvider<Supervision> supervision,
      ObjectProvider<Cases> cases,
      ObjectProvider<Complaints> complaints,
      ObjectProvider<Ratings> ratings,
      ObjectProvider<Circulations> circulations,
      ObjectProvider<Parcels> parcels) {
    List<FhirOperation> all = new ArrayList<>(ofTheApplication);
    identities.ifAvailable(known -> all.addAll(CaseOperations.atRecords(known, Clock.systemUTC())));
    all.addAll(StandardOperations.all());
    all.addAll(AccessOperations.all(Clock.systemUTC(), connections));
    all.addAll(terminology.operations());
    quality.ifAvailable(judging -> all.addAll(judging.operations()));
    residents.ifAvailable(index -> all.addAll(index.operations()));
    all.addAll(agreements.operations());
    all.addAll(uploads.operations());
    all.addAll(imports.operations());
    all.addAll(providers.operations());
    all.addAll(appointments.operations());
    cards.ifAvailable(known -> all.addAll(CardOperations.all(known)));
    queues.ifAvailable(known -> all.addAll(QueueOperations.all(known)));
    visits.ifAvailable(known -> all.addAll(VisitOperations.all(known)));
    all.addAll(ResultsOperations.all(notices, bills));
    payments.ifAvailable(known -> all.addAll(PaymentOperations.all(known)));
    ledger.ifAvailable(
        known -> all.addAll(BookOperations.all(known, staff.getObject(), Clock.systemUTC())));
    settlements.ifAvailable(
        known ->
            all.addAll(
                SettlementOperations.all(
                    known, prices.getObject(), settlementRules.getObject(), Clock.systemUTC())));
    review.ifAvailable(known -> all.addAll(ReviewOperations.all(known)));
    prescriptions.ifAvailable(known -> all.addAll(PrescriptionOperations.all(known)));
    comments.ifAvailable(known -> all.addAll(CommentOperations.all(known)));
    reviewFigures.ifAvailable(known -> all.add(known.operation()));
    clearing.ifAvailable(known -> all.addAll(ClearingOperations.all(known)));
    supervision.ifAvailable(
        known -> all.addAll(SupervisionOperations.all(known, cases.getObject())));
    complaints.ifAvailable(known -> all.addAll(known.operations()));
    ratings.ifAvailable(known -> all.addAll(known.operations()));
    circulations.ifAvailable(known -> all.addAll(CirculationOperations.all(known)));
    parcels.ifAvailable(known -> all.addAll(ParcelOperations.all(known)));
    return new Operations(all);
  }

  /** Null where each request says it. */
  static @Nullable String base() {
    String base = System.getenv(BASE_VARIABLE);
    return base == null || base.isBlank() ? null : base.strip().replaceAll("/+$", "") + "/fhir";
  }

  @Bean
  ServletRegistrationBean<FhirServlet> fhirServlet(
      RecordStore store,
      ObjectStore objects,
      Operations operations,
      Audits audits,
      List<ServedResources> served,
      Terminology terminology,
      List<TransactionRules> rules,
      @Value("${helan.version}") String version,
      @Value("${helan.released}") String released) {
    rules.forEach(rule -> rule.install(store));
    RestConfig config =
        new RestConfig(
            base(),
            RestConfig.DEFAULT_MAX_BODY_BYTES,
            new StandardFormats(),
            new TerminologyCapabilities(
                new CapabilityStatements(
                    version, released, store.parameters(), SmartSecurity::describe, rules),
                terminology,
                version,
                released),
            objects,
            RestConfig.DEFAULT_MAX_BINARY_BYTES,
            rules);
    var registration =
        new ServletRegistrationBean<>(
            new FhirServlet(store, operations, config, audits, served), "/fhir/*");
    registration.setName("fhir");
    registration.setLoadOnStartup(1);
    return registration;
  }
}
