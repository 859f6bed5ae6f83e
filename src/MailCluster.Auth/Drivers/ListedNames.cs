using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers;

/// <summary>Makes the names of a listing canonical, and tells once about those that cannot be accounts.</summary>
internal sealed class ListedNames(string database, ILogger logger)
{
    private int _leftOut;
    private string _example = "";
    private string _problem = "";

    /// <summary>The canonical id, or null for a name that cannot be one.</summary>
    public string? Take(string name)
    {
        if (UserName.TryParse(name, out var account, out var problem)) return account;
        if (_leftOut++ == 0) (_example, _problem) = (name, problem);
        return null;
    }

    /// <summary>Tells how many were left out.</summary>
    public void Report()
    {
        if (_leftOut > 0) DatabaseLog.NamesLeftOut(logger, database, _leftOut, LogText.Escape(_example), _problem);
    }
}
