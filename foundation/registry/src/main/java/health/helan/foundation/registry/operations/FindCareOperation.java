package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Finder.Asked;
import health.helan.foundation.registry.Finder.Hit;
import health.helan.foundation.registry.Finder.Near;
import health.helan.foundation.registry.Finder.What;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code $find-care}: doctors, services or hospitals that may serve now, for everybody who is
 * signed in. Parameters: {@code what} ({@code doctor, service, hospital}), {@code q} (pieces of a
 * name, or first letters of its pinyin), {@code specialty}, {@code institution}, {@code level}
 * (several by commas), {@code district}, {@code online}, {@code near} (latitude and longitude, a
 * comma between) with {@code km} (10 without it), {@code _count}, {@code after}. Answers with
 * {@code hit}s, the nearest or the highest level first, and {@code next} where there are more.
 */
final class FindCareOperation implements FhirOperation {
  private static final int MOST = 100;
  private static final int USUAL = 20;
  private static final double FARTHEST = 500;
  private static final double USUAL_KM = 10;

  private final Registry registry;

  FindCareOperation(Registry registry) {
    this.registry = registry;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "find-care",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/find-care");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "find-care");
    var in = new In(call);
    What what = What.of(in.need("what"));
    if (what == null) {
      throw In.wrong("what");
    }
    int count = in.number("_count", USUAL, MOST);
    var asked =
        new Asked(
            what,
            in.text("q"),
            word(in, "specialty", "[0-9.]{1,20}"),
            word(in, "institution", "[A-Za-z0-9.-]{1,64}"),
            in.list("level"),
            word(in, "district", "[\\p{L}\\p{N}]{1,40}"),
            in.flag("online"),
            near(in),
            in.text("after"));
    List<Hit> hits =
        RegistryOperation.database(() -> registry.finder().find(asked, registry.now(), count + 1));
    var out = new Out();
    for (Hit hit : hits.subList(0, Math.min(count, hits.size()))) {
      Out.Parts parts = out.parts("hit");
      parts.reference(
          "resource",
          switch (what) {
            case DOCTOR -> "PractitionerRole";
            case SERVICE -> "HealthcareService";
            case HOSPITAL -> "Organization";
          },
          hit.id(),
          hit.name());
      parts.text("name", hit.name()).text("title", hit.title());
      parts.reference("practitioner", "Practitioner", hit.practitioner(), null);
      parts.text("department", hit.department());
      parts.reference("institution", "Organization", hit.institution(), hit.institutionName());
      parts.codes("specialty", hit.specialties());
      parts.code("level", hit.level());
      parts.text("district", hit.district()).text("address", hit.address());
      parts.flag("online", hit.online());
      parts.decimal("km", hit.km(), 1);
    }
    if (hits.size() > count) {
      out.all().text("next", hits.get(count - 1).cursor());
    }
    return out.answer();
  }

  private static @Nullable String word(In in, String name, String pattern) {
    String value = in.text(name);
    if (value != null && !value.matches(pattern)) {
      throw In.wrong(name);
    }
    return value;
  }

  private static @Nullable Near near(In in) {
    String text = in.text("near");
    if (text == null) {
      return null;
    }
    try {
      String[] parts = text.split(",");
      double latitude = Double.parseDouble(parts[0].strip());
      double longitude = Double.parseDouble(parts[1].strip());
      String far = in.text("km");
      double km = far == null ? USUAL_KM : Double.parseDouble(far);
      if (parts.length == 2
          && Math.abs(latitude) <= 90
          && Math.abs(longitude) <= 180
          && km > 0
          && km <= FARTHEST) {
        return new Near(latitude, longitude, km);
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Refused below.
    }
    throw In.wrong("near");
  }
}
