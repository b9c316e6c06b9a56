package health.helan.app.access;

import health.helan.foundation.registry.Site;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.policy.ProvingWrites;
import java.text.Normalizer;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Who people are, by the resources in the store: Patient, RelatedPerson, PractitionerRole. */
final class StoreRegistry implements Registry {
  private static final Caller PLATFORM = Caller.platform("sign-in");

  /** A department of a department of a hospital, and some to spare. */
  private static final int DEEPEST = 6;

  private final Supplier<RecordStore> store;
  private final BiPredicate<String, String> mayPractise;

  /** Where no provider registry is kept. */
  StoreRegistry(Supplier<RecordStore> store) {
    this(store, (_, _) -> true);
  }

  /**
   * @param mayPractise whether a practitioner may practise now at an institution; at none in
   *     particular where that is empty
   */
  StoreRegistry(Supplier<RecordStore> store, BiPredicate<String, String> mayPractise) {
    this.store = store;
    this.mayPractise = mayPractise;
  }

  @Override
  public boolean mayPractise(String practitioner) {
    return practitioner.isEmpty() || mayPractise.test(practitioner, "");
  }

  @Override
  public @Nullable Resident resident(String idNumber, String name) {
    if (!IdNumbers.isValid(idNumber)) {
      return null;
    }
    List<Resident> found = new ArrayList<>();
    for (JsonNode patient : search("Patient", "identifier", idNumber)) {
      if (names(patient).contains(normal(name)) && carries(patient, idNumber)) {
        Resident resident = resident(patient);
        if (resident != null) {
          found.add(resident);
        }
      }
    }
    return found.size() == 1 ? found.getFirst() : null;
  }

  private static boolean carries(JsonNode resource, String idNumber) {
    for (JsonNode identifier : resource.path("identifier")) {
      if (idNumber.equalsIgnoreCase(identifier.path("value").asString(""))) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> names(JsonNode person) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode name : person.path("name")) {
      names.add(normal(name.path("text").asString("")));
      StringBuilder whole = new StringBuilder(name.path("family").asString(""));
      name.path("given").forEach(given -> whole.append(given.asString("")));
      names.add(normal(whole.toString()));
    }
    names.remove("");
    return names;
  }

  private static String normal(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKC).replaceAll("[\\s·•]", "");
  }

  private static @Nullable Resident resident(JsonNode patient) {
    String name = patient.path("name").path(0).path("text").asString("");
    try {
      return new Resident(
          patient.path("id").asString(),
          name.isEmpty() ? String.join("", names(patient)) : name,
          LocalDate.parse(patient.path("birthDate").asString("")));
    } catch (DateTimeParseException withoutADay) {
      for (JsonNode identifier : patient.path("identifier")) {
        LocalDate birth = Accounts.birthOf(identifier.path("value").asString(""));
        if (birth != null) {
          return new Resident(patient.path("id").asString(), name, birth);
        }
      }
      return null;
    }
  }

  @Override
  public @Nullable Resident residentOf(String patient) {
    JsonNode found = read("Patient", patient);
    return found == null ? null : resident(found);
  }

  @Override
  public List<Post> posts(String practitioner) {
    if (practitioner.isEmpty()) {
      return List.of();
    }
    LocalDate today = LocalDate.now(java.time.ZoneId.of("Asia/Shanghai"));
    List<Post> posts = new ArrayList<>();
    List<JsonNode> teams = null;
    List<JsonNode> roles =
        search("PractitionerRole", "practitioner", "Practitioner/" + practitioner);
    // The first one stands for whoever names none: where the practitioner is registered, and on
    // every platform the same, however the store happens to find them.
    roles.sort(
        Comparator.comparing(StoreRegistry::isAdditional)
            .thenComparing(role -> role.path("id").asString("")));
    for (JsonNode role : roles) {
      if (role.path("active").asBoolean(true) && isNow(role.path("period"), today)) {
        Post post = post(role);
        if (!mayPractise.test(practitioner, post.institution())) {
          continue; // An expired licence, a place that is not approved: no post, and nothing by it.
        }
        if (teams == null) {
          teams = search("CareTeam", "participant", "Practitioner/" + practitioner);
        }
        posts.add(withTeams(post, teams, practitioner, today));
      }
    }
    return posts;
  }

  /** 多点执业: a further place beside the one of registration. */
  private static boolean isAdditional(JsonNode role) {
    for (JsonNode extension : role.path("extension")) {
      if (extension.path("url").asString("").equals(Site.EXTENSION)) {
        for (JsonNode part : extension.path("extension")) {
          if (part.path("url").asString("").equals("site")) {
            return !part.path("valueCode").asString("").equals("main");
          }
        }
      }
    }
    return false;
  }

  /**
   * Counts the practitioner into the CareTeams that the institution of the post manages: its system
   * has written them, no clinician can.
   */
  private static Post withTeams(
      Post post, List<JsonNode> teams, String practitioner, LocalDate today) {
    Set<String> all = new LinkedHashSet<>(post.teams());
    for (JsonNode team : teams) {
      if (team.path("status").asString("").equals("active")
          && isNow(team.path("period"), today)
          && ProvingWrites.managers(team).contains("Organization/" + post.institution())
          && hasMember(team, "Practitioner/" + practitioner, today)) {
        all.add("CareTeam/" + team.path("id").asString());
      }
    }
    return all.size() == post.teams().size()
        ? post
        : new Post(
            post.id(),
            post.institution(),
            post.institutionName(),
            post.department(),
            post.departmentName(),
            post.title(),
            post.codes(),
            List.copyOf(all));
  }

  private static boolean hasMember(JsonNode team, String member, LocalDate today) {
    for (JsonNode participant : team.path("participant")) {
      if (participant.path("member").path("reference").asString("").equals(member)
          && isNow(participant.path("period"), today)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNow(JsonNode period, LocalDate today) {
    String start = period.path("start").asString("");
    String end = period.path("end").asString("");
    String day = today.toString();
    return (start.isEmpty() || start.compareTo(day) <= 0 || day.startsWith(start))
        && (end.isEmpty() || end.compareTo(day) >= 0 || day.startsWith(end));
  }

  private Post post(JsonNode role) {
    return post(role, id -> read("Organization", id));
  }

  private static Post post(JsonNode role, Function<String, @Nullable JsonNode> organizations) {
    String department =
        id(role.path("organization").path("reference").asString(""), "Organization");
    String departmentName = role.path("organization").path("display").asString("");
    String institution = department;
    String institutionName = departmentName;
    Set<String> above = new LinkedHashSet<>();
    for (int i = 0; i < DEEPEST && !institution.isEmpty(); i++) {
      JsonNode organization = organizations.apply(institution);
      if (organization == null) {
        break;
      }
      String name = organization.path("name").asString("");
      if (institution.equals(department)) {
        departmentName = name;
      }
      institutionName = name;
      // A department is part of a hospital; what a hospital is part of does not employ its doctors.
      if (!isDepartment(organization)) {
        break;
      }
      above.add(institution);
      institution = id(organization.path("partOf").path("reference").asString(""), "Organization");
    }
    if (institution.isEmpty() && !above.isEmpty()) {
      institution = List.copyOf(above).getLast();
    }
    Set<String> all = new LinkedHashSet<>(above);
    if (all.isEmpty() && !department.isEmpty()) {
      all.add(department);
    }
    String title = role.path("code").path(0).path("text").asString("");
    return new Post(
        role.path("id").asString(),
        institution,
        institutionName,
        department,
        departmentName,
        title,
        codes(role),
        List.copyOf(all));
  }

  private static List<String> codes(JsonNode role) {
    List<String> codes = new ArrayList<>();
    for (JsonNode code : role.path("code")) {
      for (JsonNode coding : code.path("coding")) {
        codes.add(coding.path("system").asString("") + "|" + coding.path("code").asString(""));
      }
    }
    return List.copyOf(codes);
  }

  /** A doctor's post, for the demo accounts. */
  record Holding(
      String practitioner, String name, String institution, String department, String where) {}

  /**
   * The doctors of a region, hospitals first, in an order that is the same in every data folder.
   */
  List<Holding> doctors() {
    List<Holding> found = new ArrayList<>();
    Map<String, JsonNode> organizations = new HashMap<>();
    for (JsonNode role : search("PractitionerRole", "role", "doctor")) {
      Post post =
          post(role, id -> organizations.computeIfAbsent(id, one -> read("Organization", one)));
      String practitioner =
          id(role.path("practitioner").path("reference").asString(""), "Practitioner");
      if (!practitioner.isEmpty() && !post.institution().isEmpty()) {
        found.add(
            new Holding(
                practitioner,
                role.path("practitioner").path("display").asString(practitioner),
                post.institution(),
                post.department(),
                (post.institutionName() + " " + post.title()).strip()));
      }
    }
    found.sort(
        Comparator.comparing((Holding holding) -> !holding.where().contains("医院"))
            .thenComparing(Holding::practitioner)
            .thenComparing(Holding::department));
    return found;
  }

  /** HL7's organization-type {@code dept}. */
  private static boolean isDepartment(JsonNode organization) {
    for (JsonNode type : organization.path("type")) {
      for (JsonNode coding : type.path("coding")) {
        if (coding.path("code").asString("").equals("dept")) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public @Nullable String guardianship(String ward, String guardianPatient) {
    JsonNode guardian = read("Patient", guardianPatient);
    if (guardian == null) {
      return null;
    }
    Set<String> numbers = new LinkedHashSet<>();
    for (JsonNode identifier : guardian.path("identifier")) {
      String value = identifier.path("value").asString("");
      if (IdNumbers.isValid(value)) {
        numbers.add(value);
      }
    }
    for (JsonNode related : search("RelatedPerson", "patient", "Patient/" + ward)) {
      if (ProvingWrites.isGuardian(related)
          && related.path("active").asBoolean(true)
          && numbers.stream().anyMatch(number -> carries(related, number))) {
        return related.path("id").asString();
      }
    }
    return null;
  }

  /** A resource for a page of ours; null if there is none. */
  @Nullable JsonNode read(String type, String id) {
    try {
      ResourceVersion version = store.get().read(PLATFORM, type, id);
      byte[] content = version.content();
      return content == null ? null : Json.MAPPER.readTree(content);
    } catch (Refusal absent) {
      return null;
    }
  }

  /** All there are: which come first depends on the index key. */
  private List<JsonNode> search(String type, String parameter, String value) {
    List<JsonNode> found = new ArrayList<>();
    String cursor = null;
    do {
      List<SearchRequest.Parameter> parameters = new ArrayList<>();
      parameters.add(new SearchRequest.Parameter(parameter, value));
      parameters.add(new SearchRequest.Parameter("_count", "500"));
      if (cursor != null) {
        parameters.add(new SearchRequest.Parameter(SearchEngine.CURSOR, cursor));
      }
      SearchResult result =
          store.get().search(PLATFORM, new SearchRequest(type, null, null, parameters, false));
      for (SearchResult.Entry entry : result.entries()) {
        byte[] content = entry.resource().content();
        if (content != null) {
          found.add(Json.MAPPER.readTree(content));
        }
      }
      cursor = result.next();
    } while (cursor != null);
    return found;
  }

  private static String id(String reference, String type) {
    return reference.startsWith(type + "/") ? reference.substring(type.length() + 1) : "";
  }
}
