using MailCluster.Auth.Abuse;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Persistence;

namespace MailCluster.Node.Admin;

/// <summary>How a verb ended, in the numbers of sysexits.h that doveadm uses too; <c>mailctl</c> exits with them.</summary>
internal enum AdminExit
{
    /// <summary>EX_USAGE: the request makes no sense.</summary>
    Usage = 64,

    /// <summary>EX_DATAERR: what was asked is not possible with what is there.</summary>
    NotPossible = 65,

    /// <summary>EX_NOUSER.</summary>
    NoUser = 67,

    /// <summary>No such folder, message or session (doveadm's use of EX_NOHOST).</summary>
    NotFound = 68,

    /// <summary>EX_SOFTWARE: a fault of the program.</summary>
    Internal = 70,

    /// <summary>EX_CANTCREAT: a quota or a limit forbids it.</summary>
    NoRoom = 73,

    /// <summary>EX_TEMPFAIL: trying again later is right.</summary>
    TemporaryFailure = 75,

    /// <summary>EX_NOPERM: refused, as a wrong password is.</summary>
    NoPermission = 77,
}

/// <summary>A verb cannot do what it was asked; the message is for the operator.</summary>
internal sealed class AdminException(AdminExit exit, string message, Exception? inner = null) : Exception(message, inner)
{
    public AdminExit Exit { get; } = exit;

    /// <summary>What an expected failure of the layers below means to the operator; null for bugs and cancellation.</summary>
    public static AdminException? From(Exception error) => error switch
    {
        AdminException own => own,
        MailboxRefusedException refused => new AdminException(ExitOf(refused.Reason), refused.Message, refused),
        UserDirectoryException directory => new AdminException(AdminExit.TemporaryFailure, directory.Message, directory),
        BanStoreException bans => new AdminException(AdminExit.TemporaryFailure, bans.Message, bans),
        PasswordSchemeException scheme => new AdminException(AdminExit.Usage, scheme.Message, scheme),
        BodyMissingException or BodyCorruptException => new AdminException(
            AdminExit.NotPossible, error.Message + " Run mailctl fsck.", error),
        BodyStoreUnavailableException or JournalUnavailableException => new AdminException(AdminExit.TemporaryFailure, error.Message, error),
        _ => null,
    };

    private static AdminExit ExitOf(RefusalReason reason) => reason switch
    {
        RefusalReason.NonExistent or RefusalReason.TryCreate or RefusalReason.FolderGone => AdminExit.NotFound,
        RefusalReason.OverQuota or RefusalReason.Limit or RefusalReason.TooMany or RefusalReason.TooLarge => AdminExit.NoRoom,
        RefusalReason.Busy or RefusalReason.Unavailable => AdminExit.TemporaryFailure,
        _ => AdminExit.NotPossible,
    };
}
