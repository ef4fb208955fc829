import SafeTexts

extension Service {
  /// Makes a driver call on its subject, and returns the result.
  ///
  /// The stored value is decoded into a local variable of its concrete type, gets the call's
  /// notices in their order and then the task, and is encoded again; nothing shared refers to it
  /// while the driver works. (A mutating async method called through an existential that is stored
  /// elsewhere would be a use after free.) On `any Service` this method opens the existential,
  /// which makes the call safe.
  ///
  /// Unreadable data is a permanent error and is kept, never replaced with a blank value. There is
  /// no deadline here: the caller has one.
  ///
  /// - Parameter owner: the ownership tag of the engine's resources; random, kept in the store.
  package func perform(_ call: Call, owner: String) async -> CallResult {
    let log = CallLog()
    var outcome =
      switch call.subject {
      case .deployment: await callDeployment(call, owner: owner, log: log)
      case .publication: await callPublication(call, owner: owner, log: log)
      }
    outcome.log = log.written
    return outcome
  }

  private func callDeployment(_ call: Call, owner: String, log: CallLog) async -> CallResult {
    var deployment: Deployment
    let environment: DeploymentEnvironment<Self>
    do {
      deployment = try loadDeployment(call.data)
      environment = .init(
        service: self, publication: try loadPublication(call.record.publication?.data),
        record: call.record, owner: owner, log: log)
    } catch {
      return call.failed(error, log)
    }
    deployment.initialize(environment)
    let before = deployment.ip
    for notice in call.notices { await deployment.tell(notice, environment) }
    var answer: TaskState?
    if let task = call.task {
      do throws(DeploymentFailure) {
        answer = try await deployment.perform(task, environment)
      } catch {
        answer = .error(error)
      }
      answer = answer?.shown(deployment.reasonOfError)
    }
    var ip = deployment.ip
    if ip == before, let reported = call.notices.reportedIP { ip = reported }
    if let problem = ip.flatMap({ $0.isEmpty ? nil : AddressText.problem($0) }) {
      ip = nil
      let sentence = SafeText("\(AddressText.refusal) \(problem)")
      // What is removed needs no address.
      if answer == .finished, call.task?.removes == false {
        answer = .error(.init(.unknown, sentence))
      } else {
        log.append(.init(.warning, sentence))
      }
    }
    if let task = call.task, task.removes, answer == .finished {
      await environment.osManager?.release(call.record)
    }
    return call.ended(
      answer,
      AnsweredCall(
        data: DriverData.encode(deployment, version: Deployment.dataVersion),
        uniqueId: SafeText(deployment.uniqueId), name: SafeText(deployment.name),
        ip: ip.map { SafeText($0) }, sharesAddress: deployment.sharesAddress,
        console: deployment.console.map { SafeText($0) },
        suggestedTime: deployment.suggestedTime, progress: deployment.progress), log)
  }

  private func callPublication(_ call: Call, owner: String, log: CallLog) async -> CallResult {
    var publication: PublicationType
    do {
      publication = try loadOwnPublication(call.data)
    } catch {
      return call.failed(error, log)
    }
    let environment = PublicationEnvironment(
      service: self, record: call.record, owner: owner, log: log)
    publication.initialize(environment)
    var answer: TaskState?
    if let task = call.task {
      do throws(DeploymentFailure) {
        answer = try await publication.perform(task, environment)
      } catch {
        answer = .error(error)
      }
    }
    return call.ended(
      answer,
      AnsweredCall(
        data: DriverData.encode(publication, version: PublicationType.dataVersion),
        suggestedTime: publication.suggestedTime, progress: publication.progress), log)
  }

  private func loadDeployment(_ data: [UInt8]) throws(DeploymentFailure) -> Deployment {
    if data.isEmpty { return makeDeployment() }
    return try DriverData.decode(
      Deployment.self, from: data, version: Deployment.dataVersion, migrated: Deployment.migrated)
  }

  /// The publication that a deployment is made from; nil if none.
  private func loadPublication(_ data: [UInt8]?) throws(DeploymentFailure) -> PublicationType? {
    guard let data, !data.isEmpty else { return nil }
    return try DriverData.decode(
      PublicationType.self, from: data, version: PublicationType.dataVersion,
      migrated: PublicationType.migrated)
  }

  private func loadOwnPublication(_ data: [UInt8]) throws(DeploymentFailure) -> PublicationType {
    if let stored = try loadPublication(data) { return stored }
    guard let blank = makePublication() else {
      throw .init(.permanent, "this service does not publish")
    }
    return blank
  }
}

/// The values read from a driver's value after a call.
private struct AnsweredCall {
  var data: [UInt8]?
  var uniqueId: SafeText?
  var name: SafeText?
  var ip: SafeText?
  var sharesAddress = false
  var console: SafeText?
  var suggestedTime: TimeSpan
  var progress: Progress?
}

extension Call {
  /// The result of a call that did not reach the driver's value.
  fileprivate func failed(_ failure: DeploymentFailure, _ log: CallLog) -> CallResult {
    log.append(.init(.error, failure.reason))
    return .init(id: id, answer: task == nil ? nil : .error(failure))
  }

  /// The result of a completed call. Data that cannot be stored is an error: without it, the driver
  /// would continue from a value that does not include this call.
  fileprivate func ended(
    _ answer: TaskState?, _ result: AnsweredCall, _ log: CallLog
  ) -> CallResult {
    guard let data = result.data else {
      return failed(.init(.permanent, "cannot encode the driver's data"), log)
    }
    guard data.count <= Limits.driverDataBytes else {
      let size = "\(data.count) bytes; the maximum is \(Limits.driverDataBytes)"
      return failed(.init(.permanent, SafeText("the driver's data is too large: \(size)")), log)
    }
    return .init(
      id: id, answer: answer, data: data, uniqueId: result.uniqueId, name: result.name,
      ip: result.ip, sharesAddress: result.sharesAddress, console: result.console,
      suggestedTime: result.suggestedTime,
      progress: result.progress)
  }
}

extension TaskState {
  /// The same answer; an error with the driver's `reasonOfError`, unless that is empty.
  fileprivate func shown(_ reasonOfError: String) -> TaskState {
    guard case .error(var failure) = self, !reasonOfError.isEmpty else { return self }
    failure.reason = SafeText(reasonOfError)
    return .error(failure)
  }
}

extension DriverTask {
  /// Whether its subject is gone when it finishes.
  fileprivate var removes: Bool {
    switch self {
    case .start(let kind), .check(let kind): kind == .cancel || kind == .destroy
    }
  }
}

extension [Notice] {
  /// The last address that the OS manager reported.
  fileprivate var reportedIP: String? {
    compactMap { if case .setIp(let ip) = $0 { ip.text } else { nil } }.last
  }
}

extension UserDeployment {
  fileprivate mutating func tell(_ notice: Notice, _ environment: Environment) async {
    switch notice {
    case .assignToUser(let user): await assignToUser(user, environment)
    case .finish: await finish(environment)
    case .userLoggedIn(let user): await userLoggedIn(user, environment)
    case .userLoggedOut(let user): await userLoggedOut(user, environment)
    case .setIp(let ip): await setIp(ip, environment)
    }
  }

  fileprivate mutating func perform(
    _ task: DriverTask, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    switch task {
    case .check: try await checkState(environment)
    case .start(let kind): try await start(kind, environment)
    }
  }

  private mutating func start(
    _ kind: OperationKind, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    switch kind {
    case .deployForCache(let level): try await deployForCache(level, environment)
    case .deployForUser: try await deployForUser(environment.user ?? "", environment)
    case .moveToCache(let level): try await moveToCache(level, environment)
    case .setReady: try await setReady(environment)
    case .notifyReadyFromOSManager:
      try await notifyReadyFromOSManager(environment.record.osData, environment)
    case .cancel: try await cancel(environment)
    case .destroy: try await destroy(environment)
    case .publish: throw .permanent("a deployment cannot be published")
    }
  }
}

extension Publication {
  fileprivate mutating func perform(
    _ task: DriverTask, _ environment: PublicationEnvironment<ServiceType>
  ) async throws(DeploymentFailure) -> TaskState {
    switch task {
    case .check: try await checkState(environment)
    case .start(.publish): try await publish(environment)
    case .start(.cancel): try await cancel(environment)
    case .start(.destroy): try await destroy(environment)
    case .start(let kind): throw .permanent("a publication has no \(kind.word)")
    }
  }
}
