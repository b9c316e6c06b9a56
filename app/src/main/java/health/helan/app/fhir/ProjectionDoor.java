package health.helan.app.fhir;

import health.helan.app.access.SmartSecurity;
import health.helan.app.database.ProjectionConnections;
import health.helan.app.start.StartRefused;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.policy.CaseOperations;
import health.helan.foundation.trust.pseudonym.Projection;
import health.helan.foundation.trust.pseudonym.ProjectionCapabilities;
import health.helan.foundation.trust.pseudonym.ProjectionProgressOperation;
import health.helan.foundation.trust.pseudonym.ProjectionServlet;
import health.helan.foundation.trust.pseudonym.RebuildProjectionOperation;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The pseudonymised projection for regulators and its API at {@code /fhir/pseudonymised}. */
@Configuration(proxyBeanMethods = false)
class ProjectionDoor {
  /** {@code off} keeps no projection, and takes away one that is there. */
  private static final String SWITCH = "HELAN_PROJECTION";

  private static final String BASE = "/pseudonymised";

  /** Operations of the records that make sense there: those that only read residents' data. */
  private static final Set<String> OFFERED = Set.of("everything", "lastn");

  /** Whether it is switched on. */
  static final class On implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return isOn(System.getenv(SWITCH));
    }
  }

  /**
   * @throws StartRefused for another word
   */
  static boolean isOn(@Nullable String word) {
    return switch (word == null || word.isBlank() ? "on" : word.strip().toLowerCase(Locale.ROOT)) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new StartRefused(SWITCH + " 只能是 on 或 off。", SWITCH + " takes on or off.");
    };
  }

  @Bean(destroyMethod = "close")
  @Conditional(On.class)
  Projection projection(
      RecordStore records,
      DataSource connections,
      KeyVault vault,
      ProjectionConnections own,
      ContentCodec codec,
      @Value("${helan.version}") String version) {
    return new Projection(
        records,
        connections,
        vault,
        () -> own.open().apply(Projection.SCHEMA),
        codec,
        version,
        Clock.systemUTC());
  }

  @Bean
  @Conditional(On.class)
  FhirOperation rebuildProjection(Projection projection) {
    return new RebuildProjectionOperation(projection);
  }

  @Bean
  @Conditional(On.class)
  FhirOperation projectionProgress(Projection projection) {
    return new ProjectionProgressOperation(projection);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> projectionStart(
      ObjectProvider<Projection> projection, DataSource connections) {
    return _ -> {
      Projection offered = projection.getIfAvailable();
      if (offered == null) {
        Projection.takeAway(connections);
      } else {
        offered.start();
      }
    };
  }

  @Bean
  ServletRegistrationBean<ProjectionServlet> projectionServlet(
      ObjectProvider<Projection> projection,
      RecordStore records,
      Audits audits,
      @Value("${helan.version}") String version,
      @Value("${helan.released}") String released) {
    var servlet =
        new ProjectionServlet(
            projection.getIfAvailable(),
            store -> {
              List<FhirOperation> all =
                  new ArrayList<>(
                      StandardOperations.all().stream()
                          .filter(one -> OFFERED.contains(one.spec().name()))
                          .toList());
              all.addAll(CaseOperations.atProjection(records, Clock.systemUTC()));
              var operations = new Operations(all);
              String base = FhirDoor.base();
              var capabilities =
                  new ProjectionCapabilities(
                      new CapabilityStatements(
                          version,
                          released,
                          store.parameters(),
                          (own, node) ->
                              SmartSecurity.describe(own.replaceFirst(BASE + "$", ""), node)));
              return new FhirServlet(
                  store,
                  operations,
                  new RestConfig(
                      base == null ? null : base + BASE,
                      RestConfig.DEFAULT_MAX_BODY_BYTES,
                      new StandardFormats(),
                      capabilities),
                  audits.of(store, operations),
                  List.of());
            });
    var registration = new ServletRegistrationBean<>(servlet, "/fhir" + BASE + "/*");
    registration.setName("fhir-pseudonymised");
    return registration;
  }
}
