namespace MailCluster.Node.Configuration;

/// <summary>What ManageSieve sessions may do.</summary>
/// <param name="ShowVersion">Whether IMPLEMENTATION tells the program's version.</param>
/// <param name="BadCommands">Refused commands in a row before the connection is closed.</param>
/// <param name="FailedLogins">Failed logins before the connection is closed.</param>
internal sealed record ManageSieveServiceOptions(bool ShowVersion, int BadCommands, int FailedLogins);
