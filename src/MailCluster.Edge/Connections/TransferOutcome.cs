namespace MailCluster.Edge;

/// <summary>How the transfer of a counted piece (literal, BDAT chunk) ended.</summary>
public enum TransferOutcome
{
    /// <summary>All bytes are there.</summary>
    Complete,

    /// <summary>The client closed the connection before all bytes were there.</summary>
    Closed,

    /// <summary>The session must end (<see cref="EdgeConnection.Ending"/>).</summary>
    Interrupted,
}
