import CLibvirt
import DeploymentInterface

/// The values and steps for work on one deployment's machine.
struct MachineOperation: Sendable {
  let mark: Mark
  private let mac: String
  private let host: LibvirtConnection
  private let plan: LibvirtPlan
  private let template: String?
  private let disk: FrozenDisk?

  init(_ environment: DeploymentEnvironment<LibvirtService>) {
    mark = environment.mark
    mac = environment.cardAddress
    host = environment.service.host
    plan = environment.plan
    template = environment.publication?.template
    disk = environment.publication?.disk
  }

  func perform(_ work: Work, _ session: VirtSession) throws(VirtError) {
    let finder = MachineFinder(session, mark)
    switch work {
    case .make: try make(session)
    case .remove(let wasMade): try remove(session, wasMade)
    case .start(let restores): try start(try finder.ours(), restores)
    case .resume: try resume(try finder.ours())
    case .save: try finder.ours()?.save()
    case .shutDown: try finder.ours()?.shutDown()
    case .powerOff: try switchOff(try finder.ours())
    }
  }

  /// Creates its disk, then its domain, which has our mark from the start.
  private func make(_ session: VirtSession) throws(VirtError) {
    guard let template, let disk else { throw .refusal("there is no publication to clone") }
    guard try MachineFinder(session, mark).ours() == nil else { return }
    let pool = try session.pool(host.pool)
    // Without a domain nothing uses the volume; an interrupted attempt may have left it incomplete.
    try pool.remove(mark.volume)
    let overlay = VolumeDocument.overlay(
      named: mark.volume, capacity: disk.capacity, on: disk.path)
    let volume = try pool.create(overlay)
    do throws(VirtError) {
      let document = try DomainDocument(template)
      try document.stamp(
        DomainStamp(
          mark: mark, mac: mac, diskPath: try volume.path(), memory: plan.memory, cpus: plan.cpus,
          network: host.network, graphics: plan.graphics, asksUsers: plan.osManager == .agent))
      try session.define(document.xml)
    } catch {
      try? volume.delete()
      throw error
    }
  }

  private func start(_ domain: VirtDomain?, _ restores: Bool) throws(VirtError) {
    guard let domain, try domain.power().isOff else { return }
    let hasSavedState = try domain.hasSavedState()
    if hasSavedState {
      do throws(VirtError) {
        try domain.readSavedState()
      } catch {
        if error.isTransient { throw error }
        throw .refusal(
          "its saved state is unreadable; it is not started without it: \(error.message)")
      }
    } else if restores {
      throw .refusal("its saved state is missing; it is not started without it")
    }
    try domain.start()
  }

  private func resume(_ domain: VirtDomain?) throws(VirtError) {
    guard let domain else { return }
    if try domain.power() == .asleep { return try domain.wakeUp() }
    try domain.resume()
  }

  private func switchOff(_ domain: VirtDomain?) throws(VirtError) {
    guard let domain else { return }
    do throws(VirtError) {
      try domain.powerOff()
    } catch {
      // It may have ended by itself in the meantime.
      if try domain.power().isOff { return }
      throw error
    }
  }

  /// Removes domain, saved state and disk; what no longer exists is skipped.
  private func remove(_ session: VirtSession, _ wasMade: Bool) throws(VirtError) {
    if let domain = try MachineFinder(session, mark).oursToRemove() {
      do throws(VirtError) {
        if try !domain.power().isOff { try switchOff(domain) }
        try domain.undefine()
      } catch {
        if !error.isAbsence { throw error }
      }
    }
    do throws(VirtError) {
      try session.pool(host.pool).remove(mark.volume)
    } catch {
      // Nothing can have been created in a pool that never existed.
      guard error.isAny(of: VIR_ERR_NO_STORAGE_POOL), !wasMade else { throw error }
    }
  }
}
