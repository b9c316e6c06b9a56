package health.helan.demo.place;

import health.helan.demo.chance.Dice;
import health.helan.demo.name.Names;
import health.helan.demo.name.Nationality;
import health.helan.demo.name.Sex;
import health.helan.demo.place.Staff.Profession;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Staffs institutions: doctors for each department, a nurse in each where residents are seen. */
final class StaffPlan {
  private static final List<String> DOCTOR_TITLES = List.of("主任医师", "副主任医师", "主治医师", "医师");
  private final Dice dice;
  private int employed;

  StaffPlan(Dice dice) {
    this.dice = dice;
  }

  List<Staff> staff(String institutionId, InstitutionKind kind) {
    List<Staff> staff = new ArrayList<>();
    for (Department department : kind.departments()) {
      for (int i = 0; i < kind.doctorsPerDepartment(); i++) {
        staff.add(employ(institutionId, staff.size() + 1, department, profession(kind), kind, i));
      }
      boolean hasNurse =
          kind.seesResidents()
              && kind != InstitutionKind.VILLAGE_CLINIC
              && department != Department.LABORATORY;
      if (hasNurse) {
        staff.add(employ(institutionId, staff.size() + 1, department, Profession.NURSE, kind, 0));
      }
    }
    return staff;
  }

  private static Profession profession(InstitutionKind kind) {
    return switch (kind) {
      case PHARMACY -> Profession.PHARMACIST;
      case LABORATORY_CENTRE -> Profession.TECHNICIAN;
      default -> Profession.DOCTOR;
    };
  }

  private Staff employ(
      String institutionId,
      int place,
      Department department,
      Profession profession,
      InstitutionKind kind,
      int rank) {
    Dice roll = dice.fork(employed);
    Sex sex = profession == Profession.NURSE || roll.chance(0.45) ? Sex.FEMALE : Sex.MALE;
    int birthYear = roll.between(1966, 1996) - (rank == 0 ? 2 : 0);
    Nationality nationality = roll.chance(0.3) ? Nationality.HUI : Nationality.HAN;
    String title =
        switch (profession) {
          case DOCTOR ->
              kind == InstitutionKind.VILLAGE_CLINIC
                  ? "乡村医生"
                  : DOCTOR_TITLES.get(Math.min(3, rank + (birthYear > 1985 ? 2 : 0)));
          case NURSE -> birthYear < 1980 ? "主管护师" : "护师";
          case PHARMACIST -> "执业药师";
          case TECHNICIAN -> "主管技师";
        };
    String word = profession == Profession.NURSE ? "nurse" : "doc";
    var staff =
        new Staff(
            institutionId + "-" + word + (place < 10 ? "-0" : "-") + place,
            ++employed,
            Names.of(roll, nationality, sex, birthYear),
            sex,
            LocalDate.of(birthYear, roll.between(1, 12), roll.between(1, 28)),
            department,
            profession,
            title,
            LocalDate.of(birthYear + roll.between(24, 27), roll.between(1, 12), 15));
    return staff;
  }
}
