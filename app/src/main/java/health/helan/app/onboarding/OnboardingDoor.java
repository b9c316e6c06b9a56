package health.helan.app.onboarding;

import health.helan.app.access.SmartSecurity;
import health.helan.app.access.Transport;
import health.helan.app.database.ProjectionConnections;
import health.helan.app.gateway.MllpListeners;
import health.helan.app.start.StartRefused;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.hl7v2.Hl7v2Servlet;
import health.helan.foundation.gateway.http.IntakeServlet;
import health.helan.foundation.gateway.operations.GatewayOperations;
import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.onboarding.Sandbox;
import health.helan.foundation.onboarding.Witness;
import health.helan.foundation.onboarding.kit.Kit;
import health.helan.foundation.onboarding.operations.OnboardingOperations;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.TransactionRules;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.policy.RolePolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Onboarding of this instance, and its sandbox at {@code /fhir/sandbox} and {@code /hl7v2/sandbox}.
 */
@Configuration(proxyBeanMethods = false)
class OnboardingDoor {
  /** MLLP port of the sandbox; none without it. */
  private static final String PORT = "HELAN_SANDBOX_MLLP_PORT";

  /** As for requests: off only to measure what the audit costs. */
  private static final String AUDIT = "HELAN_AUDIT";

  private static final String BASE = "/sandbox";

  static int port(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return 0;
    }
    if (text.strip().matches("[1-9][0-9]{0,4}") && Integer.parseInt(text.strip()) <= 65_535) {
      return Integer.parseInt(text.strip());
    }
    throw new StartRefused(PORT + " 应为端口号，1 至 65535。", PORT + " takes a port, 1 to 65535.");
  }

  private static AuditSink sink(AuditLog log) {
    return "off".equalsIgnoreCase(System.getenv(AUDIT)) ? AuditSink.NONE : log;
  }

  @Bean
  Witness sandboxWitness(Sql sql, Clock clock) {
    return new Witness(sql, clock);
  }

  @Bean(destroyMethod = "close")
  Sandbox sandbox(
      RecordStore records,
      ProjectionConnections own,
      ContentCodec codec,
      AuditLog log,
      Witness witness,
      MllpListeners listeners,
      Clock clock,
      @Value("${helan.version}") String version) {
    return new Sandbox(
        new Sandbox.Parts(
            () -> own.open().apply(Sandbox.SCHEMA),
            records.parameters().digests(),
            () -> new RolePolicy(clock),
            codec,
            sink(log),
            listeners::open,
            SandboxResidents::make,
            version,
            clock),
        witness);
  }

  @Bean(destroyMethod = "close")
  Onboardings onboardings(
      Sql sql,
      Clients clients,
      Gateway gateway,
      RecordStore records,
      Sandbox sandbox,
      Witness witness,
      Clock clock) {
    return new Onboardings(
        sql, clients, gateway, records, sandbox, witness, port(System.getenv(PORT)), clock);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> onboardingStart(Onboardings onboardings) {
    return _ -> onboardings.start();
  }

  @Bean
  FhirOperation onboarding(Onboardings onboardings) {
    return OnboardingOperations.look(onboardings);
  }

  @Bean
  FhirOperation onboardingApply(Onboardings onboardings) {
    return OnboardingOperations.apply(onboardings);
  }

  @Bean
  FhirOperation onboardingStep(Onboardings onboardings) {
    return OnboardingOperations.step(onboardings);
  }

  @Bean
  FhirOperation kit(
      RecordStore records,
      ObjectProvider<Operations> operations,
      @Value("${helan.version}") String version,
      @Value("${helan.released}") String released) {
    var statements =
        new CapabilityStatements(version, released, records.parameters(), SmartSecurity::describe);
    return Kit.operation(
        records,
        base -> statements.statement(base, operations.getObject()),
        () -> operations.getObject().all(),
        version,
        released);
  }

  @Bean
  ServletRegistrationBean<SandboxServlet> sandboxFhir(
      Sandbox sandbox,
      Witness witness,
      Transport transport,
      Onboardings onboardings,
      AuditLog log,
      List<TransactionRules> rules,
      @Value("${helan.version}") String version,
      @Value("${helan.released}") String released) {
    var servlet =
        new SandboxServlet(
            sandbox,
            witness,
            transport::isTls,
            open -> fhir(open, witness, onboardings, sink(log), rules, version, released));
    var registration = new ServletRegistrationBean<>(servlet, "/fhir" + BASE + "/*");
    registration.setName("fhir-sandbox");
    return registration;
  }

  private static FhirServlet fhir(
      Sandbox.Open open,
      Witness witness,
      Onboardings onboardings,
      AuditSink sink,
      List<TransactionRules> rules,
      String version,
      String released) {
    List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
    all.addAll(GatewayOperations.all(open.gateway()));
    all.add(OnboardingOperations.look(onboardings));
    rules.forEach(rule -> rule.install(open.store()));
    var operations = new Operations(all);
    String base = System.getenv("HELAN_BASE_URL");
    return new FhirServlet(
        open.store(),
        operations,
        new RestConfig(
            base == null || base.isBlank()
                ? null
                : base.strip().replaceAll("/+$", "") + "/fhir" + BASE,
            RestConfig.DEFAULT_MAX_BODY_BYTES,
            new StandardFormats(),
            new CapabilityStatements(
                version,
                released,
                open.store().parameters(),
                (own, node) -> SmartSecurity.describe(own.replaceFirst(BASE + "$", ""), node),
                rules),
            null,
            RestConfig.DEFAULT_MAX_BINARY_BYTES,
            rules),
        new Audits(open.store(), operations, witness.beside(sink)),
        List.of());
  }

  @Bean
  ServletRegistrationBean<SandboxServlet> sandboxHl7v2(
      Sandbox sandbox, Witness witness, Transport transport) {
    var servlet =
        new SandboxServlet(
            sandbox, witness, transport::isTls, open -> new Hl7v2Servlet(open.gateway()));
    var registration = new ServletRegistrationBean<>(servlet, "/hl7v2" + BASE + "/*");
    registration.setName("hl7v2-sandbox");
    return registration;
  }

  @Bean
  ServletRegistrationBean<SandboxServlet> sandboxIntake(
      Sandbox sandbox, Witness witness, Transport transport) {
    var workers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sandbox-intake-", 0).factory());
    var servlet =
        new SandboxServlet(
            sandbox,
            witness,
            transport::isTls,
            open -> new IntakeServlet(open.gateway(), workers, Duration.ofSeconds(20)));
    var registration = new ServletRegistrationBean<>(servlet, "/intake" + BASE + "/*");
    registration.setName("intake-sandbox");
    return registration;
  }
}
