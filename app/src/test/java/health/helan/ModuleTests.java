package health.helan;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** Arrows point one way: application to platforms to foundation. */
class ModuleTests {
  @Test
  void keepToWhatTheyDeclare() {
    ApplicationModules modules =
        ApplicationModules.of(HelanApplication.class, ModuleTests::isOfNoTests);
    // With a wrong detection strategy none is found, and verify() would pass on nothing.
    assertThat(modules.stream().map(module -> module.getIdentifier().toString()))
        .contains("app.start", "app.database", "app.access", "app.load", "app.web", "app.fhir")
        .contains("app.audit", "foundation.trust.audit", "foundation.trust.crypto")
        .contains("app.gateway", "foundation.gateway", "foundation.terminology")
        .contains("foundation.store", "foundation.rest", "foundation.definitions", "demo");
    modules.verify();
  }

  /** What other modules' tests give to the tests here is no part of the application. */
  private static boolean isOfNoTests(Location location) {
    return ImportOption.Predefined.DO_NOT_INCLUDE_TESTS.includes(location)
        && !location.contains("-tests.jar");
  }

  @Test
  void ofTheFoundationKnowNothingAboveThem() {
    // What is depended on is known by its name; reading those libraries would take most of the
    // time.
    JavaClasses classes =
        ArchConfiguration.withThreadLocalScope(
            configuration -> {
              configuration.setResolveMissingDependenciesFromClassPath(false);
              return new ClassFileImporter()
                  .withImportOption(ModuleTests::isOfNoTests)
                  .importPackages("health.helan");
            });
    assertThat(classes.size()).isGreaterThan(100);
    noClasses()
        .that()
        .resideInAPackage("health.helan.foundation..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "health.helan",
            "health.helan.app..",
            "health.helan.demo..",
            "health.helan.population..",
            "health.helan.care..",
            "health.helan.diagnosis..",
            "health.helan.pharmacy..",
            "health.helan.oversight..",
            "health.helan.datacenter..",
            "health.helan.assurance..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("health.helan.foundation..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework.boot..",
            "org.springframework.context..",
            "org.springframework.beans..",
            "org.springframework.web..",
            "org.springframework.jdbc..")
        .because("the foundation is a library that any program can open a store with")
        .check(classes);
  }
}
