package health.helan.demo.place;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An institution of the region with its staff. */
public final class Institution {
  private final String id;
  private final InstitutionKind kind;
  private final String name;
  private final @Nullable County county;
  private final String areaCode;
  private final @Nullable Institution parent;
  private final List<Staff> staff;
  private final Map<Department, List<Staff>> doctors = new EnumMap<>(Department.class);
  private final String addressLine;

  Institution(
      String id,
      InstitutionKind kind,
      String name,
      @Nullable County county,
      String areaCode,
      String addressLine,
      @Nullable Institution parent,
      List<Staff> staff) {
    this.id = id;
    this.kind = kind;
    this.name = name;
    this.county = county;
    this.areaCode = areaCode;
    this.addressLine = addressLine;
    this.parent = parent;
    this.staff = List.copyOf(staff);
    for (Department department : kind.departments()) {
      doctors.put(
          department,
          this.staff.stream()
              .filter(one -> one.department() == department)
              .filter(one -> one.profession() != Staff.Profession.NURSE)
              .toList());
    }
  }

  public String id() {
    return id;
  }

  /** {@code Organization/…}. */
  public String reference() {
    return "Organization/" + id;
  }

  public String locationId() {
    return id + "-loc";
  }

  public InstitutionKind kind() {
    return kind;
  }

  public String name() {
    return name;
  }

  /** Where it stands; null for the authorities of the province and the cities. */
  public @Nullable County county() {
    return county;
  }

  /** GB/T 2260 code of the area that it belongs to. */
  public String areaCode() {
    return areaCode;
  }

  /** Township, village and street, without the county. */
  public String addressLine() {
    return addressLine;
  }

  /** The institution above it; null for the province's authority and commercial insurers. */
  public @Nullable Institution parent() {
    return parent;
  }

  public List<Staff> staff() {
    return staff;
  }

  /** {@code wanted}, or the institution's first department if it has no such one. */
  public Department department(Department wanted) {
    return doctors.containsKey(wanted) ? wanted : kind.departments().getFirst();
  }

  /**
   * The doctors of a department.
   *
   * @throws IllegalArgumentException if the institution has no such department
   */
  public List<Staff> doctors(Department department) {
    List<Staff> found = doctors.get(department);
    if (found == null) {
      throw new IllegalArgumentException(id + " has no department " + department);
    }
    return found;
  }

  /** Whether departments are organizations of their own. */
  public boolean hasDepartmentOrganizations() {
    return kind.departments().size() > 2;
  }

  /** {@code Organization/…} of a department, or of the whole where it has none. */
  public String departmentReference(Department department) {
    return hasDepartmentOrganizations() ? reference() + "-dept-" + department.slug() : reference();
  }
}
