package health.helan.app.registry;

import health.helan.app.access.AccessFilter;
import health.helan.app.access.Transport;
import health.helan.app.start.StartRefused;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.Registry.Unregistered;
import health.helan.foundation.registry.Watch;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import java.time.Clock;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The provider registry. docs/guide/registry.md. */
@Configuration(proxyBeanMethods = false)
class RegistryDoor {
  /** What is done with acts of practitioners that the registry does not know. */
  private static final String UNREGISTERED = "HELAN_UNREGISTERED_PRACTITIONERS";

  /**
   * @throws StartRefused for another word
   */
  static Unregistered unregistered(@Nullable String word) {
    return switch (word == null || word.isBlank()
        ? "warn"
        : word.strip().toLowerCase(Locale.ROOT)) {
      case "warn" -> Unregistered.WARN;
      case "refuse" -> Unregistered.REFUSE;
      default ->
          throw new StartRefused(
              UNREGISTERED + " 只能是 warn 或 refuse。", UNREGISTERED + " takes warn or refuse.");
    };
  }

  @Bean
  Registry providerRegistry(DataSource connections) {
    return new Registry(connections, Clock.systemUTC(), unregistered(System.getenv(UNREGISTERED)));
  }

  @Bean
  Licences licences(Registry registry) {
    return registry.licences();
  }

  /** Requests in a minute: of one address, and of all together. */
  private static final int PUBLIC_OF_ONE = 60;

  private static final int PUBLIC_OF_ALL = 1_200;

  @Bean
  ServletRegistrationBean<PublicList> publicList(
      Registry registry, Clock clock, Transport transport) {
    var registration =
        new ServletRegistrationBean<>(
            new PublicList(
                registry, new PublicList.Rate(PUBLIC_OF_ONE, PUBLIC_OF_ALL), clock, transport),
            AccessFilter.PUBLIC_LIST);
    registration.setName("public-list");
    return registration;
  }

  @Bean(destroyMethod = "close")
  Watch registryWatch(Registry registry, RecordStore store) {
    return new Watch(registry, store);
  }

  /** Once the platform answers: no start waits for it, and no act waits for the watch. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> registryWatchStart(Watch watch) {
    return _ -> watch.start();
  }
}
