package health.helan.app.visit;

import health.helan.app.access.SocketTokens;
import health.helan.app.start.StartRefused;
import health.helan.care.visit.Calls;
import health.helan.care.visit.Talks;
import health.helan.care.visit.VisitFollower;
import health.helan.care.visit.VisitWatch;
import health.helan.care.visit.Visits;
import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectOwner;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.trust.account.Presence;
import health.helan.foundation.trust.signature.Signatures;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Visits on line. docs/guide/online-visit.md. */
@Configuration(proxyBeanMethods = false)
class VisitDoor {
  /** Servers by which browsers find each other through firewalls; none where nothing is set. */
  private static final String TURN_URLS = "HELAN_TURN_URLS";

  /** Shared with the TURN servers. */
  private static final String TURN_SECRET = "HELAN_TURN_SECRET";

  /**
   * @param catalogues lists of drugs beside the groups that are always excluded
   */
  @Bean
  VisitFollower visitFollower(IndexKey key, ObjectProvider<OnlineDrugs> catalogues) {
    List<OnlineDrugs> all = new ArrayList<>(List.of(OnlineDrugs.BY_GROUP));
    catalogues.forEach(all::add);
    return new VisitFollower(key.digests(), OnlineDrugs.all(all), Clock.systemUTC());
  }

  @Bean(destroyMethod = "close")
  Visits visits(
      RecordStore store,
      DataSource connections,
      ContentCodec codec,
      Registry registry,
      Terminology terminology,
      Signatures signatures,
      ObjectStore objects,
      Presence presence) {
    return new Visits(
        new Visits.Parts(
            store,
            connections,
            codec,
            registry,
            terminology,
            signatures,
            objects,
            turn(System.getenv(TURN_URLS), System.getenv(TURN_SECRET)),
            presence,
            Clock.systemUTC()));
  }

  /**
   * @param urls parted by commas or spaces
   * @throws StartRefused for what is no such address
   */
  static Calls.Turn turn(@Nullable String urls, @Nullable String secret) {
    List<String> all = new ArrayList<>();
    for (String url : urls == null ? new String[0] : urls.strip().split("[,\\s]+")) {
      if (url.isEmpty()) {
        continue;
      }
      if (!url.matches("(stun|stuns|turn|turns):[A-Za-z0-9.:\\[\\]-]+(\\?transport=(udp|tcp))?")) {
        throw new StartRefused(
            TURN_URLS + " 应为以逗号分隔的 stun:、turn: 或 turns: 地址。",
            TURN_URLS + " takes addresses with stun:, turn: or turns:, parted by commas.");
      }
      all.add(url);
    }
    return new Calls.Turn(List.copyOf(all), secret == null ? "" : secret.strip());
  }

  @Bean
  ObjectOwner visitRecordings(Visits visits) {
    return visits.recordings();
  }

  @Bean
  Talks talks(Visits visits, SocketTokens tokens, AuditSink audit) {
    return new Talks(visits, tokens::caller, audit);
  }

  @Bean
  ServletRegistrationBean<VisitSocket> visitSocket(Talks talks) {
    var registration = new ServletRegistrationBean<>(new VisitSocket(talks), VisitSocket.PATH);
    registration.setName("visit-socket");
    registration.setAsyncSupported(true);
    return registration;
  }

  @Bean(destroyMethod = "close")
  VisitWatch visitWatch(Visits visits) {
    return new VisitWatch(visits);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> visitWatchStart(VisitWatch watch) {
    return _ -> watch.start();
  }
}
