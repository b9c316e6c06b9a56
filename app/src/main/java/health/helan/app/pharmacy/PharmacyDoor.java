package health.helan.app.pharmacy;

import health.helan.app.start.StartRefused;
import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.care.visit.rules.Verdict;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.pharmacy.circulation.CirculationGuard;
import health.helan.pharmacy.circulation.CirculationUpkeep;
import health.helan.pharmacy.circulation.Circulations;
import health.helan.pharmacy.circulation.Tills;
import health.helan.pharmacy.dispense.Parcels;
import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.KnowledgeReader;
import health.helan.pharmacy.knowledge.Known;
import health.helan.pharmacy.review.CdsHooks;
import health.helan.pharmacy.review.CdsServlet;
import health.helan.pharmacy.review.Comments;
import health.helan.pharmacy.review.PrescriptionGuard;
import health.helan.pharmacy.review.Prescriptions;
import health.helan.pharmacy.review.Review;
import health.helan.pharmacy.review.ReviewFigures;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Prescription review, circulation and delivery. docs/guide/prescription-review.md, dispensing.md.
 */
@Configuration(proxyBeanMethods = false)
class PharmacyDoor {
  /** How long rules and knowledge that another instance changed may still be the old ones here. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** Minutes in which a pharmacist should have decided. */
  private static final String WAIT = "HELAN_REVIEW_MINUTES";

  private static final Duration USUAL_WAIT = Duration.ofMinutes(30);

  @Bean
  Review prescriptionReview(RecordStore store, DataSource connections, Clock clock) {
    return new Review(new Review.Parts(store, connections, FRESH, clock));
  }

  /** Given to the store when it opens: what is under review is written by its steps alone. */
  @Bean
  PrescriptionGuard prescriptionGuard() {
    return new PrescriptionGuard();
  }

  @Bean
  Prescriptions prescriptions(
      RecordStore store, Registry registry, Signatures signatures, Review review, Clock clock) {
    return new Prescriptions(
        new Prescriptions.Parts(
            store, registry, signatures, review, wait(System.getenv(WAIT)), clock));
  }

  @Bean
  Comments prescriptionComments(RecordStore store, Prescriptions prescriptions, Clock clock) {
    return new Comments(store, prescriptions, clock);
  }

  @Bean
  ReviewFigures reviewFigures(
      RecordStore store, Registry registry, Prescriptions prescriptions, DataSource connections) {
    return new ReviewFigures(store, registry, prescriptions, connections);
  }

  /**
   * Given to the store when it opens: what has come to count gets its row, and is dispensed by
   * steps alone.
   */
  @Bean
  CirculationGuard circulationGuard(DataSource connections, ContentCodec codec, IndexKey key) {
    return new CirculationGuard(connections, codec, key.digests());
  }

  @Bean
  Circulations circulations(
      RecordStore store,
      DataSource connections,
      ContentCodec codec,
      Registry registry,
      Review review,
      KeyVault vault,
      CertificateAuthority authority,
      Tills tills,
      Clock clock) {
    return new Circulations(
        new Circulations.Parts(
            store,
            connections,
            codec,
            registry,
            review.knowledge(),
            vault,
            authority,
            tills,
            clock));
  }

  @Bean
  Parcels parcels(
      RecordStore store,
      DataSource connections,
      ContentCodec codec,
      Circulations circulations,
      Clock clock) {
    return new Parcels(new Parcels.Parts(store, connections, codec, circulations, clock));
  }

  @Bean(destroyMethod = "close")
  CirculationUpkeep circulationUpkeep(Circulations circulations) {
    return new CirculationUpkeep(circulations);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> circulationUpkeepStart(CirculationUpkeep upkeep) {
    return _ -> {
      // On a copy that is looked at, nothing runs out by itself.
      if (!"off".equalsIgnoreCase(System.getenv("HELAN_BOOKING_UPKEEP"))) {
        upkeep.start();
      }
    };
  }

  /**
   * @throws StartRefused for what is no number of minutes
   */
  static Duration wait(@Nullable String minutes) {
    if (minutes == null || minutes.isBlank()) {
      return USUAL_WAIT;
    }
    if (minutes.strip().matches("[1-9][0-9]{0,3}")) {
      return Duration.ofMinutes(Integer.parseInt(minutes.strip()));
    }
    throw new StartRefused(WAIT + " 应为 1 至 9999 的分钟数。", WAIT + " takes minutes, 1 to 9999.");
  }

  @Bean
  ServletRegistrationBean<CdsServlet> cdsServlet(Review review, RecordStore store) {
    var registration =
        new ServletRegistrationBean<>(
            new CdsServlet(new CdsHooks(review), store), CdsServlet.PATH + "/*");
    registration.setName("cds-hooks");
    return registration;
  }

  /**
   * Drugs under special control that a prescription on line names by its generic name, without a
   * code by which the groups of ATC would find it. By the shipped base: this is asked before the
   * store, and a region's own, is open.
   */
  @Bean
  OnlineDrugs controlledByName() {
    return request -> {
      Known known = KnowledgeReader.demonstration().find(request.path("medicationCodeableConcept"));
      return known == null || known.drug().control() == Drug.Control.NONE
          ? Verdict.pass()
          : Verdict.refuse("visit.rule.drug", known.drug().name().zh());
    };
  }
}
