package health.helan.foundation.registry;

import health.helan.foundation.gateway.table.Rows;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes a table of institutions or of practitioners with their licences into the registry. Every
 * row is looked at before anything is written: one that is wrong keeps the whole file out. Then
 * each institution with its rows is one transaction. What is there already (an institution by its
 * credit code, a licence by its number) is left as it is, so a file may be sent again.
 */
public final class RegistryImport {
  /** Rows of a file. */
  public static final int MOST = 5_000;

  /** Rows at the top that are looked at for the columns' names. */
  private static final int TITLE_ROWS = 10;

  /** Faults that are told at once. */
  private static final int MOST_FAULTS = 200;

  /** Unified social credit codes (GB 32100-2015), as onboarding has them. */
  public static final String CREDIT_CODE = "https://helan.health/fhir/sid/credit-code";

  private static final String ORGANIZATION_TYPE =
      "http://terminology.hl7.org/CodeSystem/organization-type";

  private final Registry registry;

  public RegistryImport(Registry registry) {
    this.registry = registry;
  }

  /** What a table is of. */
  public enum Kind {
    INSTITUTIONS,
    PRACTITIONERS;

    /** Null for a word that none has. */
    public static @Nullable Kind of(String word) {
      for (Kind each : values()) {
        if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
          return each;
        }
      }
      return null;
    }
  }

  /** Columns, by the names they may have; the first is the one that is told. */
  private enum Column {
    NAME(true, "名称", "姓名", "机构名称", "name"),
    CREDIT_CODE(true, "统一社会信用代码", "执业机构代码", "credit code"),
    LEVEL(false, "级别", "等级", "level"),
    DISTRICT(false, "行政区划代码", "district"),
    ADDRESS(false, "地址", "address"),
    LATITUDE(false, "纬度", "latitude"),
    LONGITUDE(false, "经度", "longitude"),
    NUMBER(true, "证照编号", "证书编号", "许可证号", "licence number"),
    KIND(false, "证照类别", "licence kind"),
    START(false, "有效期起", "start"),
    END(false, "有效期止", "end"),
    ISSUER(false, "发证机关", "issuer"),
    SCOPE(false, "执业范围", "scope"),
    TITLE(false, "职称", "title"),
    SPECIALTY(false, "诊疗科目代码", "specialty"),
    RIGHTS(false, "处方权", "prescribing rights");

    private final boolean isNeeded;
    private final List<String> names;

    Column(boolean isNeeded, String... names) {
      this.isNeeded = isNeeded;
      this.names = List.of(names);
    }

    private static String plain(String text) {
      return text.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s*＊:：_-]", "");
    }

    boolean isCalled(String header) {
      return names.stream().anyMatch(name -> plain(name).equals(plain(header)));
    }
  }

  /**
   * A fault.
   *
   * @param row as the file counts, from 1
   * @param key of the sentence
   */
  public record Fault(int row, String column, String key, List<Object> arguments) {}

  /**
   * What became of a file.
   *
   * @param faults none when anything was written
   * @param there rows that were in the registry already
   */
  public record Result(int rows, int written, int there, List<Fault> faults) {}

  private record Line(int number, Map<Column, String> cells) {
    String text(Column column) {
      return cells.getOrDefault(column, "");
    }
  }

  /**
   * Reads and writes.
   *
   * @param state of the licences: {@link LicenceState#FILED}; {@link LicenceState#ACTIVE} for the
   *     root alone, who brings what was decided elsewhere
   * @param isRehearsal true to look only
   */
  public Result run(
      RecordStore store,
      Caller caller,
      Kind kind,
      byte[] file,
      LicenceState state,
      boolean isRehearsal) {
    if (state != LicenceState.FILED && !(state == LicenceState.ACTIVE && caller.isRoot())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.import-state");
    }
    List<Line> lines = lines(file);
    var faults = new ArrayList<Fault>();
    var numbers = new HashSet<String>();
    var checked = new LinkedHashMap<Line, Licence.Filing>();
    Map<String, String> institutions = new HashMap<>();
    for (Line line : lines) {
      Licence.Filing filing = check(line, kind, faults, numbers);
      if (filing != null) {
        checked.put(line, filing);
      }
      if (kind == Kind.PRACTITIONERS && !line.text(Column.CREDIT_CODE).isEmpty()) {
        String code = line.text(Column.CREDIT_CODE);
        String id = institutions.computeIfAbsent(code, one -> institution(store, one));
        if (id.isEmpty()) {
          fault(faults, line, Column.CREDIT_CODE, "registry.import-no-institution", code);
        }
      }
    }
    if (lines.isEmpty()) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "registry.import-empty");
    }
    if (!faults.isEmpty() || isRehearsal) {
      return new Result(
          lines.size(), 0, 0, faults.subList(0, Math.min(MOST_FAULTS, faults.size())));
    }
    return kind == Kind.INSTITUTIONS
        ? institutions(store, caller, checked, state)
        : practitioners(store, caller, checked, institutions, state);
  }

  // ------------------------------------------------------------------ reading

  private static List<Line> lines(byte[] file) {
    List<Rows.Row> rows = Rows.of(file, MOST + 1);
    Map<Integer, Column> columns = null;
    Set<String> missing = Set.of();
    var lines = new ArrayList<Line>();
    for (Rows.Row row : rows) {
      if (columns == null) {
        // Titles and remarks may stand above.
        Map<Integer, Column> found = columns(row.cells());
        Set<String> absent = absent(found);
        if (absent.isEmpty()) {
          columns = found;
        } else if (missing.isEmpty() || absent.size() < missing.size()) {
          missing = absent;
        }
        if (columns == null && row.number() > TITLE_ROWS) {
          break;
        }
        continue;
      }
      Map<Column, String> cells = new HashMap<>();
      columns.forEach(
          (place, column) -> {
            String text = place < row.cells().size() ? row.cells().get(place).strip() : "";
            if (!text.isEmpty()) {
              cells.put(column, text);
            }
          });
      if (!cells.isEmpty()) {
        lines.add(new Line(row.number(), cells));
      }
    }
    if (columns == null) {
      throw new Refusal(
          Refusal.Kind.UNPROCESSABLE, "registry.import-columns", String.join(", ", missing));
    }
    return lines;
  }

  private static Map<Integer, Column> columns(List<String> cells) {
    Map<Integer, Column> columns = new HashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      for (Column column : Column.values()) {
        if (column.isCalled(cells.get(i))) {
          columns.putIfAbsent(i, column);
        }
      }
    }
    return columns;
  }

  /** Names of the columns that have to be there and are not. */
  private static Set<String> absent(Map<Integer, Column> columns) {
    Set<String> absent = new LinkedHashSet<>();
    for (Column column : Column.values()) {
      if (column.isNeeded && !columns.containsValue(column)) {
        absent.add(column.names.getFirst());
      }
    }
    return absent;
  }

  private static void fault(
      List<Fault> faults, Line line, Column column, String key, Object... arguments) {
    faults.add(new Fault(line.number(), column.names.getFirst(), key, List.of(arguments)));
  }

  private static Licence.@Nullable Filing check(
      Line line, Kind of, List<Fault> faults, Set<String> numbers) {
    int before = faults.size();
    for (Column column : Column.values()) {
      if (column.isNeeded && line.text(column).isEmpty()) {
        fault(faults, line, column, "registry.import-missing");
      } else if (line.text(column).length() > 200) {
        fault(faults, line, column, "registry.import-wrong");
      }
    }
    String number = line.text(Column.NUMBER);
    if (!number.isEmpty() && !numbers.add(number)) {
      fault(faults, line, Column.NUMBER, "registry.import-twice", number);
    }
    LicenceKind kind =
        of == Kind.INSTITUTIONS ? LicenceKind.MEDICAL_INSTITUTION : LicenceKind.PHYSICIAN;
    String word = line.text(Column.KIND);
    if (!word.isEmpty()) {
      LicenceKind said = null;
      for (LicenceKind each : LicenceKind.values()) {
        if (each.title().equals(word) || each.code().equals(word)) {
          said = each;
        }
      }
      if (said == null || !said.type().equals(kind.type())) {
        fault(faults, line, Column.KIND, "registry.import-wrong");
      } else {
        kind = said;
      }
    }
    if (of == Kind.INSTITUTIONS && !line.text(Column.LEVEL).isEmpty() && level(line) == null) {
      fault(faults, line, Column.LEVEL, "registry.import-wrong");
    }
    if (!line.text(Column.DISTRICT).matches("|\\d{6}(\\d{3,6})?")) {
      fault(faults, line, Column.DISTRICT, "registry.import-wrong");
    }
    if (!line.text(Column.SPECIALTY).matches("|\\d\\d(\\.\\d\\d)*")) {
      fault(faults, line, Column.SPECIALTY, "registry.import-wrong");
    }
    for (Column column : new Column[] {Column.LATITUDE, Column.LONGITUDE}) {
      if (!line.text(column).matches("|-?\\d{1,3}(\\.\\d{1,9})?")) {
        fault(faults, line, column, "registry.import-wrong");
      }
    }
    for (String right : rights(line)) {
      if (PrescribingRight.of(right) == null || !kind.prescribes()) {
        fault(faults, line, Column.RIGHTS, "registry.import-wrong");
      }
    }
    LocalDate start = date(line, Column.START, faults);
    LocalDate end = date(line, Column.END, faults);
    if (start != null && end != null && end.isBefore(start)) {
      fault(faults, line, Column.END, "registry.import-wrong");
    }
    String issuer = line.text(Column.ISSUER);
    return faults.size() > before
        ? null
        : new Licence.Filing(
            kind,
            number,
            start,
            end,
            issuer.isEmpty() ? null : issuer,
            line.text(Column.SCOPE).isEmpty()
                ? List.of()
                : List.of(line.text(Column.SCOPE).split("[、,，;；]")));
  }

  private static @Nullable Level level(Line line) {
    for (Level each : Level.values()) {
      if (each.title().equals(line.text(Column.LEVEL))
          || each.code().equals(line.text(Column.LEVEL))) {
        return each;
      }
    }
    return null;
  }

  /** As codes, or by their titles. */
  private static List<String> rights(Line line) {
    var rights = new ArrayList<String>();
    for (String word : line.text(Column.RIGHTS).split("[、,，;；]")) {
      if (!word.isBlank()) {
        String code = word.strip();
        for (PrescribingRight each : PrescribingRight.values()) {
          if (each.title().equals(code)) {
            code = each.code();
          }
        }
        rights.add(code);
      }
    }
    return rights;
  }

  private static @Nullable LocalDate date(Line line, Column column, List<Fault> faults) {
    String text = line.text(column).replace('/', '-').replace('.', '-');
    if (text.isEmpty()) {
      return null;
    }
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      fault(faults, line, column, "registry.import-date");
      return null;
    }
  }

  // ------------------------------------------------------------------ writing

  private static String institution(RecordStore store, String creditCode) {
    SearchResult found =
        store.search(
            Caller.platform("registry"),
            new SearchRequest(
                "Organization",
                null,
                null,
                List.of(new SearchRequest.Parameter("identifier", CREDIT_CODE + "|" + creditCode)),
                false));
    return found.entries().isEmpty() ? "" : found.entries().getFirst().resource().id();
  }

  private Result institutions(
      RecordStore store, Caller caller, Map<Line, Licence.Filing> lines, LicenceState state) {
    int written = 0;
    int there = 0;
    for (Map.Entry<Line, Licence.Filing> each : lines.entrySet()) {
      Line line = each.getKey();
      if (!institution(store, line.text(Column.CREDIT_CODE)).isEmpty()
          || registry.isFiled(each.getValue().number())) {
        there++;
        continue;
      }
      ObjectNode organization = Json.MAPPER.createObjectNode().put("resourceType", "Organization");
      Level level = level(line);
      if (level != null) {
        organization
            .withArray("extension")
            .addObject()
            .put("url", Level.EXTENSION)
            .putObject("valueCoding")
            .put("system", Level.SYSTEM)
            .put("code", level.code())
            .put("display", level.title());
      }
      organization
          .putArray("identifier")
          .addObject()
          .put("system", CREDIT_CODE)
          .put("value", line.text(Column.CREDIT_CODE));
      organization.put("active", true);
      organization
          .putArray("type")
          .addObject()
          .putArray("coding")
          .addObject()
          .put("system", ORGANIZATION_TYPE)
          .put("code", "prov");
      organization.put("name", line.text(Column.NAME));
      if (!line.text(Column.ADDRESS).isEmpty() || !line.text(Column.DISTRICT).isEmpty()) {
        ObjectNode address = organization.putArray("address").addObject();
        if (!line.text(Column.DISTRICT).isEmpty()) {
          address
              .putArray("extension")
              .addObject()
              .put("url", "https://helan.health/fhir/StructureDefinition/area-code")
              .put("valueCode", line.text(Column.DISTRICT));
        }
        if (!line.text(Column.ADDRESS).isEmpty()) {
          address.put("text", line.text(Column.ADDRESS));
        }
      }
      put(organization, each.getValue(), caller, state, "");
      var interactions = new ArrayList<Interaction>();
      String url = "urn:uuid:" + UUID.randomUUID();
      interactions.add(create(organization, url));
      if (!line.text(Column.LATITUDE).isEmpty() && !line.text(Column.LONGITUDE).isEmpty()) {
        ObjectNode location = Json.MAPPER.createObjectNode().put("resourceType", "Location");
        location.put("status", "active").put("name", line.text(Column.NAME));
        location
            .putObject("position")
            .put("longitude", new java.math.BigDecimal(line.text(Column.LONGITUDE)))
            .put("latitude", new java.math.BigDecimal(line.text(Column.LATITUDE)));
        location.putObject("managingOrganization").put("reference", url);
        interactions.add(create(location, null));
      }
      interactions.add(
          create(
              registry.provenance(caller, url, LicenceStep.FILE.word(), FROM_TABLE, null), null));
      var unused = store.transact(caller.asPlatform(), interactions, Set.of(), null);
      written++;
    }
    return new Result(lines.size(), written, there, List.of());
  }

  private static final String FROM_TABLE = "批量导入 Taken in from a table";

  private Result practitioners(
      RecordStore store,
      Caller caller,
      Map<Line, Licence.Filing> lines,
      Map<String, String> institutions,
      LicenceState state) {
    Map<String, List<Interaction>> byInstitution = new LinkedHashMap<>();
    int written = 0;
    int there = 0;
    for (Map.Entry<Line, Licence.Filing> each : lines.entrySet()) {
      Line line = each.getKey();
      if (registry.isFiled(each.getValue().number())) {
        there++;
        continue;
      }
      String institution = institutions.getOrDefault(line.text(Column.CREDIT_CODE), "");
      List<Interaction> interactions =
          byInstitution.computeIfAbsent(institution, _ -> new ArrayList<>());
      ObjectNode practitioner = Json.MAPPER.createObjectNode().put("resourceType", "Practitioner");
      practitioner.put("active", true);
      practitioner.putArray("name").addObject().put("text", line.text(Column.NAME));
      put(practitioner, each.getValue(), caller, state, institution);
      String url = "urn:uuid:" + UUID.randomUUID();
      interactions.add(create(practitioner, url));
      interactions.add(create(post(line, institution, url, caller, state), null));
      interactions.add(
          create(
              registry.provenance(
                  caller, url, LicenceStep.FILE.word(), FROM_TABLE, each.getValue().number()),
              null));
      written++;
    }
    for (Map.Entry<String, List<Interaction>> each : byInstitution.entrySet()) {
      // Owned by the institution, whose system keeps them up from now on.
      var unused =
          store.transact(caller.asPlatformOf(each.getKey()), each.getValue(), Set.of(), null);
    }
    return new Result(lines.size(), written, there, List.of());
  }

  private ObjectNode post(
      Line line, String institution, String practitioner, Caller caller, LicenceState state) {
    ObjectNode role = Json.MAPPER.createObjectNode().put("resourceType", "PractitionerRole");
    role.put("active", true);
    role.putObject("practitioner").put("reference", practitioner);
    role.putObject("organization").put("reference", "Organization/" + institution);
    if (!line.text(Column.TITLE).isEmpty()) {
      role.putArray("code").addObject().put("text", line.text(Column.TITLE));
    }
    if (!line.text(Column.SPECIALTY).isEmpty()) {
      role.putArray("specialty")
          .addObject()
          .putArray("coding")
          .addObject()
          .put("system", Registry.SPECIALTY)
          .put("code", line.text(Column.SPECIALTY));
    }
    Instant now = registry.now();
    Site.of(role)
        .take(
            SiteStep.FILE,
            root(caller),
            new Site.Asked(FROM_TABLE, "main", false, rights(line)),
            now);
    if (state == LicenceState.ACTIVE) {
      Site.of(role)
          .take(SiteStep.APPROVE, root(caller), new Site.Asked(FROM_TABLE, null, false, null), now);
    }
    return role;
  }

  private void put(
      ObjectNode resource,
      Licence.Filing filing,
      Caller caller,
      LicenceState state,
      String institution) {
    Licence licence = Licence.add(resource, filing);
    var asked = new Licence.Asked(FROM_TABLE, null, null, null, institution);
    Instant now = registry.now();
    licence.take(LicenceStep.FILE, root(caller), asked, now);
    licence.file(filing);
    if (state == LicenceState.ACTIVE) {
      licence.take(LicenceStep.VERIFY, root(caller), asked, now);
      Instant ends = licence.ends();
      if (ends == null || now.isBefore(ends)) {
        licence.take(LicenceStep.ACTIVATE, root(caller), asked, now);
      }
    }
  }

  /** Steps are taken in the caller's name, who was let in already. */
  private static Caller root(Caller caller) {
    return caller.asPlatform();
  }

  private static Interaction create(ObjectNode resource, @Nullable String fullUrl) {
    return new Interaction.Create(
        resource.path("resourceType").asString(""),
        Interaction.Body.of(resource),
        null,
        fullUrl,
        null);
  }
}
